import { createHash } from "node:crypto";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { InvokeResult } from "../../tooling/engines/lambda-runtime.ts";
import { Environment, KILLED } from "./environment.ts";
import { judge, look, type Verdict } from "./oracle.ts";
import type { Plan } from "./plan.ts";
import { Precedence } from "./precedence.ts";
import { brokenBy, condemn } from "./promises.ts";
import type { Action, Exchange, Operation, Reply } from "./proxy/exchange.ts";
import { FaultyProxy } from "./proxy/proxy.ts";
import { inRange, operationOf, queueAnswer } from "./services.ts";
import { configFor, settingsOf } from "./settings.ts";
import { Direct } from "./sources/direct.ts";
import { Fifo } from "./sources/fifo.ts";
import { Queue } from "./sources/queue.ts";
import { Shard } from "./sources/shard.ts";
import type { Delivery, Source, Told } from "./sources/source.ts";
import type { OwnEngine } from "./stand/engine.ts";
import type { Stand } from "./stand/stand.ts";
import { SimulatedTime } from "./time.ts";
import { Serials } from "./workload/serials.ts";
import { makeWorkload } from "./workload/workload.ts";
import type { Call, Fault, World } from "./world.ts";

/** Ordinary time of an invocation: nothing should ever need it. */
const TIMEOUT_MS = 15_000;
/** A run that takes longer hangs; one in which an engine is started again may take longer. */
const LONGEST_RUN_MS = 240_000;
const LONGEST_OF_ENGINE_MS = 900_000;

export interface Result extends Verdict {
  readonly seed: number;
  /** How often each fault really happened. */
  readonly faults: Readonly<Record<string, number>>;
  readonly records: number;
  readonly invocations: number;
  readonly ms: number;
}

/** Delivers a workload while faults happen, until nothing is left to deliver; then counts. */
export async function runOnce(stand: Stand, plan: Plan, onLogs: (logs: string) => void = () => {}): Promise<Result> {
  const began = performance.now();
  const run = new Run(stand, plan);
  try {
    await run.setUp();
    await run.deliver();
    return { ...(await run.verdict()), ms: Math.round(performance.now() - began) };
  } finally {
    onLogs(await run.logs());
    await run.tearDown();
  }
}

class Run {
  readonly #stand: Stand;
  readonly #plan: Plan;
  readonly #token: string;
  readonly #time: SimulatedTime;
  readonly #counts = new Map<Operation, number>();
  #world: World | undefined;
  #sources: readonly Source[] = [];
  #precedence: Precedence | undefined;
  #loan: { readonly engine: OwnEngine; giveBack(): void } | undefined;
  #invocations = 0;
  #underWay = 0;

  constructor(stand: Stand, plan: Plan) {
    this.#stand = stand;
    this.#plan = plan;
    const name = `${process.pid} ${plan.seed} ${performance.now()}`;
    this.#token = `r${createHash("sha256").update(name).digest("hex").slice(0, 12)}`;
    this.#time = new SimulatedTime(path.join(stand.scratch, this.#token));
  }

  async setUp(): Promise<void> {
    const { random, faults, records, badShare, first, needs, hasArchive, hasContinuation } = this.#plan;
    const { store, engines } = this.#stand;
    if (needs.has("engine")) this.#loan = await engines.borrow();
    const engine = this.#loan?.engine;
    const { search } = engine ?? this.#stand;
    const token = this.#token;
    const stream = `logs-chaos.${token}-default`;
    const settings = settingsOf(token, hasArchive, hasContinuation, random);
    const arn = `arn:aws:sqs:us-east-1:000000000000:chaos-${token}`;
    const maxBytes = random.chance(0.3) ? 1024 + random.below(16_384) : 1_048_576;
    const queue = new Queue({ arn, maxBatch: 1 + random.below(10), duplicates: 0, disorder: 0, maxBytes }, random);
    const fifo = new Fifo({ arn: `${arn}.fifo`, maxBatch: 2 + random.below(9) }, random);
    const serials = new Serials(token);
    const direct = new Direct((told, body) => this.#toDestination(told, body));
    const making = { token, records, badShare, first, needs, serials, store, queue, fifo, direct, random };
    const [workload] = await Promise.all([makeWorkload(making), search.createStream(stream)]);
    const environments = await Promise.all(
      Array.from({ length: this.#plan.environments }, (_, i) => this.#environment(i, search.url)),
    );
    const searchUrl = (environment: Environment): string => environment.search.url;
    const now = (): number => this.#time.now();
    const data = workload.kinesis;
    const shard = new Shard({ name: token, data, maxBatch: 1 + random.below(30), bisects: random.chance(0.5) });
    const sources = { queue, fifo, shard, direct };
    this.#world = {
      now,
      token,
      stream,
      search,
      engine,
      store,
      workload,
      ...sources,
      environments,
      settings,
      searchUrl,
    };
    for (const fault of faults) await fault.setUp?.(this.#world);
    if (fifo.messages.length > 0) this.#precedence = new Precedence(fifo, serials, workload.objects);
    const all = [queue, fifo, shard, direct];
    const turn = random.below(all.length);
    this.#sources = [...all.slice(turn), ...all.slice(0, turn)];
  }

  /** What told of lines before is done; now this message does. */
  #toDestination(told: Told, body: string): void {
    const { queue, workload } = this.#its;
    const message = queue.add(body);
    message.isDoomed = told.isDoomed;
    for (const { toldBy } of [...workload.objects, ...workload.parts]) if (toldBy.includes(told)) toldBy.push(message);
  }

  async deliver(): Promise<void> {
    const isOver = new AbortController();
    const work = this.#its.environments.map((environment) => this.#work(environment, isOver.signal));
    const longest = this.#loan === undefined ? LONGEST_RUN_MS : LONGEST_OF_ENGINE_MS;
    const late = delay(longest, undefined, { signal: isOver.signal }).catch(() => {});
    await Promise.race([Promise.all(work), late]);
    isOver.abort();
  }

  async verdict(): Promise<Omit<Result, "ms">> {
    await this.#loan?.engine.ready();
    const { workload, stream, search, store, queue, fifo, direct } = this.#its;
    const archive = this.#plan.hasArchive ? `chaos.${this.#token}/` : undefined;
    const found = await look(search, store, workload.serials, { stream, deadLetters: `${this.#token}/`, archive });
    const told = [...queue.messages, ...fifo.messages, ...direct.events];
    condemn(told, workload.objects, await store.everything("claims", `${this.#token}/`));
    const verdict = judge([...workload.objects, ...workload.parts], found);
    const disorder = [...fifo.breaches, ...(this.#precedence?.breaches ?? [])];
    const left = [...brokenBy(told), ...(this.#sources.every((source) => source.isDone) ? [] : ["not done in time"])];
    // What is still in a queue isn't lost; the run has failed all the same.
    const isLeft = left.length > 0 && verdict.lost.length > 0;
    const broken = [
      ...verdict.broken,
      ...disorder,
      ...left,
      ...(isLeft ? [`${verdict.lost.length} lines still to come`] : []),
    ];
    const lost = isLeft ? [] : verdict.lost;
    const faults = Object.fromEntries(this.#plan.faults.map(({ name, fired }) => [name, fired]));
    const { seed } = this.#plan;
    return { seed, faults, records: workload.serials.count, invocations: this.#invocations, ...verdict, lost, broken };
  }

  async logs(): Promise<string> {
    return (await Promise.all((this.#world?.environments ?? []).map((environment) => environment.logs()))).join("");
  }

  async tearDown(): Promise<void> {
    try {
      await this.#loan?.engine.ready();
      await this.#leaveNothing();
    } finally {
      this.#loan?.giveBack();
    }
  }

  async #leaveNothing(): Promise<void> {
    const world = this.#world;
    if (world === undefined) return this.#time.end();
    for (const fault of this.#plan.faults) await fault.tearDown?.(world);
    await Promise.all(world.environments.map((environment) => environment.stop()));
    this.#time.end();
    const { store, search } = world;
    await Promise.all([
      search.deleteStream(world.stream),
      store.deleteAll("sources", `${this.#token}/`),
      store.deleteAll("claims", `${this.#token}/`),
      store.deleteVersions("versions", `${this.#token}/`),
      store.deleteAll("deadLetters", `${this.#token}/`),
      ...(this.#plan.hasArchive ? [store.deleteAll("archive", `chaos.${this.#token}/`)] : []),
    ]);
  }

  get #its(): World {
    if (this.#world === undefined) throw new Error("not set up");
    return this.#world;
  }

  async #environment(number: number, searchUrl: string): Promise<Environment> {
    const { faults } = this.#plan;
    const tls = faults.find((fault) => fault.tls !== undefined)?.tls;
    const common = {
      slot: number,
      operationOf,
      count: (operation: Operation) => this.#count(operation),
      decide: (exchange: Exchange, phase: "head" | "body") => this.#decide(exchange, phase),
      really: inRange,
      witness: {
        asked: (exchange: Exchange) => this.#precedence?.asked(exchange),
        answered: (exchange: Exchange, sent: Buffer, reply: Reply) => this.#precedence?.answered(exchange, sent, reply),
      },
    };
    const search = new FaultyProxy({
      ...common,
      upstream: searchUrl,
      ...(tls === undefined ? {} : { tls }),
    });
    const aws = new FaultyProxy({ ...common, upstream: this.#stand.awsEndpoint });
    await Promise.all([search.open(), aws.open()]);
    const variables = Object.assign({}, ...faults.map((fault) => fault.variables ?? {})) as Record<string, string>;
    return new Environment({
      number,
      taskRoot: this.#stand.taskRoot,
      search,
      aws,
      now: () => this.#time.now(),
      variables: (environment) => {
        const { settings, searchUrl } = this.#its;
        return {
          ...this.#time.variables,
          ...variables,
          SLUICE_CONFIG: configFor(settings, searchUrl(environment), environment.aws.url),
        };
      },
    });
  }

  #count(operation: Operation): number {
    const number = this.#counts.get(operation) ?? 0;
    this.#counts.set(operation, number + 1);
    return number;
  }

  async #decide(exchange: Exchange, phase: "head" | "body"): Promise<Action | undefined> {
    for (const fault of this.#plan.faults) {
      const action = await fault.decide?.(exchange, phase, this.#its);
      if (action !== undefined) return action;
    }
    return exchange.operation === "queue" && phase === "body"
      ? queueAnswer(exchange, this.#its, this.#time.now())
      : undefined;
  }

  /** One invocation after the other, as long as there is anything to deliver. */
  async #work(environment: Environment, isOver: AbortSignal): Promise<void> {
    while (!isOver.aborted) {
      const next = this.#next();
      if (next === undefined) {
        if (this.#sources.every((source) => source.isDone)) return;
        if (this.#underWay === 0) this.#wait();
        else await delay(2);
        continue;
      }
      this.#underWay += 1;
      const { source, delivery } = next;
      const call = { source, environment, number: this.#invocations, timeoutMs: TIMEOUT_MS };
      this.#invocations += 1;
      const result = await this.#invoke(call, delivery.event);
      delivery.settle(result);
      await this.#each((fault) => fault.settled?.(call, result, this.#its));
      this.#underWay -= 1;
    }
  }

  #next(): { readonly source: Source; readonly delivery: Delivery } | undefined {
    for (const source of this.#sources) {
      const delivery = source.next(this.#time.now());
      if (delivery !== undefined) return { source, delivery };
    }
    return undefined;
  }

  /** All that is left comes later: so later it is. */
  #wait(): void {
    const times = this.#sources.map((source) => source.comesAt()).filter((at) => at !== undefined);
    this.#time.forwardTo(Math.min(...times));
  }

  async #invoke(call: Call, event: object): Promise<InvokeResult> {
    await this.#each((fault) => fault.invoking?.(call, this.#its));
    const result = await call.environment.invoke(event, call.timeoutMs);
    const isLost = this.#plan.faults.some((fault) => fault.losesAnswer?.(call, this.#its) === true);
    if (isLost) {
      await call.environment.replace();
      return KILLED;
    }
    return this.#plan.faults.reduce((told, fault) => fault.altered?.(call, told, this.#its) ?? told, result);
  }

  async #each(tell: (fault: Fault) => unknown): Promise<void> {
    for (const fault of this.#plan.faults) await tell(fault);
  }
}
