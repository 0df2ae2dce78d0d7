/**
 * A model of how messages of SQS are acknowledged, small enough that every state of it can be visited
 * (protocol.model.test.ts; docs/decisions/023-acknowledgement-protocol.md).
 *
 * One object of a few records goes to a few required sinks, in a message that is received, worked on, handed over to continuations and
 * acknowledged. Records of a sink are settled in any order, as several batches are under way. One sink refuses one record for the
 * record's own fault: it becomes a dead letter. At any step one of a bounded number of faults may happen: the process is killed, an answer
 * is lost after its request took effect, a sink or the dead-letter store fails, the continuation queue refuses, the message is
 * given to a second process while the first is at work, the deadline comes before any sink got further.
 */

/** How large the model is. The last sink refuses the last record. */
export interface Shape {
  readonly records: number;
  readonly sinks: number;
  readonly maxHops: number;
  /** Receives of a message before its queue gives it to the dead-letter queue. */
  readonly maxReceives: number;
  /** Faults in one history. */
  readonly faults: number;
}

/** What a protocol that is wrong does otherwise. */
export type Mutation =
  | "acknowledges before the continuation is durable"
  | "acknowledges though the continuation was refused"
  | "acknowledges though a sink failed"
  | "acknowledges before the dead letter is durable"
  | "takes marks above what is settled"
  | "leaves an owed sink out of the continuation"
  | "names records by the attempt"
  | "hands over without having got further, and doesn't count hops";

/** Bits by sink and position. */
type Records = number;

interface Work {
  /** Records that this process knows to be settled. */
  readonly settled: Records;
  /** Bits of sinks that failed: nothing more is sent to them. */
  readonly failed: number;
  /** The rest is handed over, durably. */
  readonly handedOver: boolean;
}

interface Message {
  /** In the queue; else only worked on by a process that doesn't know yet that another was done with it. */
  readonly kept: boolean;
  /** By sink: everything below is accounted for. */
  readonly marks: readonly number[];
  readonly hop: number;
  readonly receives: number;
  readonly work: readonly Work[];
}

export interface State {
  /** What the sinks hold, under ids that are the same on every attempt … */
  readonly stored: Records;
  /** … and under ids of another attempt. */
  readonly storedAgain: Records;
  readonly letters: Records;
  /** Owed by messages in the queue's dead-letter queue. */
  readonly inDeadLetterQueue: Records;
  readonly messages: readonly Message[];
  readonly faults: number;
  readonly shape: Shape;
}

export interface Step {
  readonly what: string;
  readonly state: State;
}

export function initial(shape: Shape): State {
  const message: Message = { kept: true, marks: Array(shape.sinks).fill(0), hop: 0, receives: 0, work: [] };
  const nothing = { stored: 0, storedAgain: 0, letters: 0, inDeadLetterQueue: 0 };
  return { ...nothing, messages: [message], faults: shape.faults, shape };
}

interface Place {
  readonly sink: number;
  readonly position: number;
  readonly bit: number;
}

const places = new WeakMap<Shape, readonly Place[]>();

function placesOf(shape: Shape): readonly Place[] {
  const known = places.get(shape);
  if (known !== undefined) return known;
  const all = Array.from({ length: shape.sinks * shape.records }, (_, i) => {
    return { sink: Math.floor(i / shape.records), position: i % shape.records, bit: 1 << i };
  });
  places.set(shape, all);
  return all;
}

function owedFrom(marks: readonly number[], shape: Shape): Records {
  let owed = 0;
  for (const { sink, position, bit } of placesOf(shape)) if (position >= (marks[sink] as number)) owed |= bit;
  return owed;
}

/** What must hold in every state; undefined when it does. */
export function broken({
  stored,
  storedAgain,
  letters,
  inDeadLetterQueue,
  messages,
  shape,
}: State): string | undefined {
  const owed = messages.reduce(
    (sum, { kept, marks }) => (kept ? sum | owedFrom(marks, shape) : sum),
    inDeadLetterQueue,
  );
  if ((stored | storedAgain | letters | owed) !== (1 << (shape.sinks * shape.records)) - 1)
    return "a record is acknowledged and accounted for nowhere";
  if ((stored & storedAgain) !== 0) return "a sink that knows ids has a record twice";
  return undefined;
}

/** Where it may go on from here; `mutation` makes the protocol a wrong one. */
export function* steps(state: State, mutation?: Mutation): Generator<Step> {
  for (const [i, message] of state.messages.entries()) {
    const rest = state.messages.filter((_, j) => j !== i);
    const to = (
      what: string,
      next: Message | undefined,
      change: Partial<State> = {},
      more: readonly Message[] = [],
    ): Step => {
      const isOver = next === undefined || (!next.kept && next.work.length === 0);
      const messages = canonical([...rest, ...more, ...(isOver ? [] : [next])]);
      return { what, state: { ...state, ...change, messages } };
    };
    yield* received(state, message, to);
    for (const [j, work] of message.work.entries()) {
      const others = message.work.filter((_, k) => k !== j);
      const become = (next: Work): Message => ({ ...message, work: [...others, next] });
      const over = (kept: boolean): Message => ({ ...message, kept: message.kept && kept, work: others });
      yield* worked({ state, message, work, become, over, to, mutation });
    }
  }
}

type To = (what: string, next: Message | undefined, change?: Partial<State>, more?: readonly Message[]) => Step;

interface At {
  readonly state: State;
  readonly message: Message;
  readonly work: Work;
  readonly become: (next: Work) => Message;
  /** The process ends; its message stays in the queue or is deleted. */
  readonly over: (kept: boolean) => Message;
  readonly to: To;
  readonly mutation: Mutation | undefined;
}

function* received(state: State, message: Message, to: To): Generator<Step> {
  if (!message.kept || message.work.length > 1) return;
  const isAgain = message.work.length === 1;
  if (isAgain && state.faults === 0) return;
  const change = isAgain ? { faults: state.faults - 1 } : {};
  if (message.receives === state.shape.maxReceives) {
    if (isAgain) return;
    const inDeadLetterQueue = state.inDeadLetterQueue | owedFrom(message.marks, state.shape);
    yield to("to the dead-letter queue", undefined, { ...change, inDeadLetterQueue });
    return;
  }
  const fresh: Work = { settled: 0, failed: 0, handedOver: false };
  const next = { ...message, receives: message.receives + 1, work: [...message.work, fresh] };
  yield to(isAgain ? "received a second time" : "received", next, change);
}

function* worked(at: At): Generator<Step> {
  const { state, work, over, to } = at;
  if (state.faults > 0) yield to("killed", over(true), { faults: state.faults - 1 });
  if (work.handedOver) {
    yield to("acknowledged, as the rest is handed over", over(false));
    return;
  }
  const pending = owedFrom(at.message.marks, state.shape) & ~work.settled;
  yield* sent(at, pending);
  yield* ended(at, pending);
  if (pending !== 0) yield* handedOver(at, pending);
}

function* sent({ state, message, work, become, to, mutation }: At, pending: Records): Generator<Step> {
  const { faults, stored, storedAgain, letters, shape } = state;
  for (const { sink, position, bit } of placesOf(shape)) {
    if ((pending & bit) === 0 || (work.failed & (1 << sink)) !== 0) continue;
    const name = `${position} to sink ${sink}`;
    const settled = become({ ...work, settled: work.settled | bit });
    const failed = become({ ...work, failed: work.failed | (1 << sink) });
    if (sink === shape.sinks - 1 && position === shape.records - 1) {
      yield to(`${name}: refused, kept as a dead letter`, settled, { letters: letters | bit });
      if (faults > 0) {
        const isTaken = mutation === "acknowledges before the dead letter is durable";
        yield to(`${name}: refused, the letter is not kept`, isTaken ? settled : failed, { faults: faults - 1 });
      }
      continue;
    }
    const isRenamed = mutation === "names records by the attempt" && (message.hop > 0 || message.receives > 1);
    const has = isRenamed ? { storedAgain: storedAgain | bit } : { stored: stored | bit };
    yield to(`${name}: delivered`, settled, has);
    if (faults === 0) continue;
    yield to(`${name}: delivered, the answer is lost`, become(work), { ...has, faults: faults - 1 });
    yield to(`${name}: the sink fails`, failed, { faults: faults - 1 });
  }
}

/** All is sent that can be. */
function* ended({ state, work, over, to, mutation }: At, pending: Records): Generator<Step> {
  if (pending === 0) {
    yield to("acknowledged", over(false));
    return;
  }
  const isStuck = placesOf(state.shape).every(
    ({ sink, bit }) => (pending & bit) === 0 || (work.failed & (1 << sink)) !== 0,
  );
  if (!isStuck) return;
  const isTaken = mutation === "acknowledges though a sink failed";
  yield to("failed: it comes again", over(!isTaken));
}

/** The deadline, or a sink that stalls: what isn't settled goes to another invocation. */
function* handedOver({ state, message, work, become, over, to, mutation }: At, pending: Records): Generator<Step> {
  const { faults } = state;
  const marks = marksOf(message, work, pending, state.shape, mutation);
  const isFurther = marks.some((mark, sink) => mark > (message.marks[sink] as number));
  const isBlind = mutation === "hands over without having got further, and doesn't count hops";
  if (!isFurther && !isBlind) {
    if (faults > 0) yield to("deadline, no sink got further: it fails", over(true), { faults: faults - 1 });
    return;
  }
  const done = become({ ...work, handedOver: true });
  if (message.hop === state.shape.maxHops) {
    yield to("the last hop: the rest is dead letters", done, { letters: state.letters | pending });
    if (faults > 0) yield to("the last hop: letters are not kept, it fails", over(true), { faults: faults - 1 });
    return;
  }
  const next: Message = { kept: true, marks, hop: message.hop + (isBlind ? 0 : 1), receives: 0, work: [] };
  if (mutation === "acknowledges before the continuation is durable") {
    // As if the queue had it: it is sent behind the acknowledgement, and the process may be killed before that.
    yield to("acknowledged, then handed over", over(false), {}, [next]);
    if (faults > 0) yield to("acknowledged, then killed", over(false), { faults: faults - 1 });
    return;
  }
  yield to("handed over", done, {}, [next]);
  if (faults === 0) return;
  yield to("handed over, the answer is lost", over(true), { faults: faults - 1 }, [next]);
  const isTaken = mutation === "acknowledges though the continuation was refused";
  yield to("the continuation is refused", over(!isTaken), { faults: faults - 1 });
}

/** By sink, the lowest position that isn't settled. */
function marksOf(
  { marks }: Message,
  { settled, failed }: Work,
  pending: Records,
  shape: Shape,
  mutation: Mutation | undefined,
): number[] {
  return marks.map((mark, sink) => {
    const own = placesOf(shape).filter((place) => place.sink === sink);
    if (mutation === "leaves an owed sink out of the continuation" && (failed & (1 << sink)) !== 0)
      return shape.records;
    if (mutation === "takes marks above what is settled")
      return Math.max(mark, ...own.filter(({ bit }) => (settled & bit) !== 0).map(({ position }) => position + 1));
    return own.find(({ bit }) => (pending & bit) !== 0)?.position ?? shape.records;
  });
}

/** States that differ only in the order of messages, or of processes, are the same. */
function canonical(messages: readonly Message[]): readonly Message[] {
  return messages.toSorted((a, b) => codeOf(a) - codeOf(b));
}

/** The same for the same state, and for no other. */
export function keyOf({ stored, storedAgain, letters, inDeadLetterQueue, messages, faults }: State): string {
  let key = `${stored},${storedAgain},${letters},${inDeadLetterQueue},${faults}`;
  for (const message of messages) key += `;${codeOf(message)}`;
  return key;
}

const codes = new WeakMap<Message, number>();

/** All of a message in less than 32 bits: up to 3 in each mark, hop and number of receives, and at most two processes. */
function codeOf(message: Message): number {
  const known = codes.get(message);
  if (known !== undefined) return known;
  const { kept, marks, hop, receives, work } = message;
  const head = [...marks, hop, receives].reduce((sum, each) => 4 * sum + each, kept ? 1 : 0);
  const [first = 0, second = 0] = work.map(codeOfWork).sort((a, b) => b - a);
  const code = (head * 256 + first) * 256 + second;
  codes.set(message, code);
  return code;
}

function codeOfWork({ settled, failed, handedOver }: Work): number {
  return (settled * 4 + failed) * 4 + (handedOver ? 2 : 0) + 1;
}
