import { type Invocation, type Outcome, type Pipeline, SluiceError } from "@sluice/core";
import type { HeldEvent } from "./failed-event.ts";

/** Records, and bytes of them in base64, that are sent as one event, as Firehose would. */
const MAX_RECORDS = 500;
const MAX_BYTES = 6 * 1024 * 1024;

/** What a file begins with that Firehose wrote of records that its function didn't process: then all of it is one event. */
export const FIREHOSE_FAILED: RegExp = /^\s*\{\s*"attemptsMade"\s*:/;

/**
 * A line of `processing-failed/`; Amazon Data Firehose: Handle failure in data transformation. Numbers may be texts. The bytes of the
 * lines are all it has: neither the record's id nor its place in a stream that it came from.
 */
interface FailedLine {
  readonly attemptsMade: number | string;
  readonly rawData: string;
  readonly arrivalTimestamp?: number | string;
  readonly attemptEndingTimestamp?: number | string;
  readonly errorCode?: string;
  readonly lambdaArn?: string;
}

const LAMBDA = /^arn:([^:]*):lambda:([a-z0-9-]+):(\d+):/;
/** `<stream>-<version>-<time>-<uuid>` behind the last slash, and `:<line>`. */
const FILE = /([^/]+)-\d+-\d{4}(?:-\d\d){5}-[0-9a-f-]{36}[^/]*$/;

/**
 * All lines of the text; undefined when it isn't such a file. `place` names it, or the one line of it that the text is: ids are made of
 * it, the same whenever the file is sent again.
 */
export function firehoseFailedOf(text: string, place: string): HeldEvent | undefined {
  if (!text.includes('"rawData"') && !FIREHOSE_FAILED.test(text)) return undefined;
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const all = lines.map(parsed);
  const [first] = all;
  if (first === undefined) return undefined;
  const at = Number(first.attemptEndingTimestamp ?? first.arrivalTimestamp) || 0;
  return {
    label: { sink: "", reason: first.errorCode ?? "", at },
    again: (pipeline, invocation) => {
      const broken = all.indexOf(undefined);
      if (broken >= 0) throw malformed(broken + 1);
      return sendAgain(all as readonly FailedLine[], place, pipeline, invocation);
    },
  };
}

function parsed(text: string): FailedLine | undefined {
  try {
    const value = JSON.parse(text) as Partial<FailedLine> | null;
    return typeof value?.rawData === "string" && value.attemptsMade !== undefined ? (value as FailedLine) : undefined;
  } catch {
    return undefined;
  }
}

function malformed(line: number): SluiceError {
  return new SluiceError("DEAD_LETTER_MALFORMED", `line ${line}: expected JSON with rawData, as Firehose writes it`);
}

/** The worst of what became of them; what couldn't be sent ends it. */
async function sendAgain(
  all: readonly FailedLine[],
  place: string,
  pipeline: Pipeline,
  invocation: Invocation,
): Promise<Outcome> {
  const [, , region, account] = LAMBDA.exec(all[0]?.lambdaArn ?? "") ?? [];
  const receiver = { ...(region && { region }), ...(account && { account }) };
  let worst: Outcome | undefined;
  for (const [from, to] of batches(all)) {
    const event = eventOf(all.slice(from, to), from, place);
    const outcome = await pipeline.handle(event, { ...invocation, ...receiver });
    refuseReturned(outcome);
    if (outcome.error !== undefined || outcome.units.some(({ ok }) => !ok)) return outcome;
    if (worst === undefined || hasLetters(outcome)) worst = outcome;
  }
  return worst as Outcome;
}

function* batches(all: readonly FailedLine[]): Generator<readonly [number, number]> {
  let from = 0;
  let bytes = 0;
  for (const [i, { rawData }] of all.entries()) {
    if (i > from && (i - from === MAX_RECORDS || bytes + rawData.length > MAX_BYTES)) {
      yield [from, i];
      from = i;
      bytes = 0;
    }
    bytes += rawData.length;
  }
  yield [from, all.length];
}

/** As Firehose hands them over: `sources` that match its stream do so here. */
function eventOf(lines: readonly FailedLine[], from: number, place: string): unknown {
  const [, partition = "aws", region = "", account = ""] = LAMBDA.exec(lines[0]?.lambdaArn ?? "") ?? [];
  const stream = FILE.exec(place)?.[1] ?? "";
  return {
    invocationId: `${place}:${from}`,
    deliveryStreamArn: `arn:${partition}:firehose:${region}:${account}:deliverystream/${stream}`,
    region,
    records: lines.map(({ rawData, arrivalTimestamp }, i) => ({
      recordId: `${place}:${from + i}`,
      approximateArrivalTimestamp: Number(arrivalTimestamp),
      data: rawData,
    })),
  };
}

/** What a transformation gives back goes nowhere from here. */
function refuseReturned({ response }: Outcome): void {
  const records =
    (response as { readonly records?: readonly { readonly result: string }[] } | undefined)?.records ?? [];
  if (!records.some(({ result }) => result === "Ok")) return;
  throw new SluiceError(
    "CONFIG_INVALID",
    "triggers.firehose.mode is transform: these records are for Firehose's own destination, no sink takes them; put them into the stream again, or set deliver",
  );
}

function hasLetters({ counts }: Outcome): boolean {
  return Object.values(counts.deadLettered).some((n) => n > 0) || (counts.units.deadLettered ?? 0) > 0;
}
