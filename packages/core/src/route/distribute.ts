import { asSluiceError } from "../errors.ts";
import type { Reason } from "../ports/sink.ts";
import { runSteps, type StepVisitor } from "../process/steps.ts";
import type { RecordCursor } from "../record/record.ts";
import type { Processing } from "./processing.ts";
import type { Branch } from "./router.ts";

/** `in + added = filtered + routed`. */
export interface RoutedCounts {
  added: number;
  filtered: number;
  routed: number;
}

/** What takes records for one sink. */
export interface Taker {
  add(record: RecordCursor): void;
  refuse(record: RecordCursor, reason: Reason): void;
}

/** Takes the records of one item through the process steps and routes to their sinks, and counts them. `takers` by number of the sink. */
export function distributor(
  { steps, route, allSinks }: Processing,
  counts: RoutedCounts,
  takers: readonly Taker[],
): (record: RecordCursor) => void {
  const send = (record: RecordCursor, sinks: readonly number[]): void => {
    for (const sink of sinks) takers[sink]?.add(record);
  };
  const refuse = (record: RecordCursor, sinks: readonly number[], error: unknown): void => {
    const { code, message } = asSluiceError(error);
    for (const sink of sinks) takers[sink]?.refuse(record, { code, message });
  };

  const routeRecord = (record: RecordCursor): void => {
    const branches = route(record);
    const [first] = branches;
    if (first === undefined) counts.filtered += 1;
    else if (branches.length === 1 && first.steps.length === 0) {
      counts.routed += 1;
      send(record, first.sinks);
    } else spread(record, branches);
  };

  /** A record that one branch lets pass is routed, whatever the others do with it; what a branch adds counts beside it. */
  const spread = (record: RecordCursor, branches: readonly Branch[]): void => {
    let added = 0;
    let filtered = 0;
    let blocked = 0;
    for (const { sinks, steps: own } of branches) {
      let passed = 0;
      const visitor: StepVisitor = {
        pass: (each) => {
          passed += 1;
          send(each, sinks);
        },
        refused: (each, error) => {
          passed += 1;
          refuse(each, sinks, error);
        },
        filtered: () => {
          filtered += 1;
        },
        added: (count) => {
          added += count;
        },
      };
      runSteps(own, record, visitor);
      if (passed === 0) blocked += 1;
    }
    filtered += (blocked === branches.length ? 1 : 0) - blocked;
    counts.added += added;
    counts.filtered += filtered;
    counts.routed += 1 + added - filtered;
  };

  if (steps.length === 0) return routeRecord;
  const visitor: StepVisitor = {
    pass: routeRecord,
    refused: (record, error) => {
      counts.routed += 1;
      const sinks = route(record).flatMap((branch) => branch.sinks);
      refuse(record, sinks.length === 0 ? allSinks : sinks, error);
    },
    filtered: () => {
      counts.filtered += 1;
    },
    added: (count) => {
      counts.added += count;
    },
  };
  return (record) => runSteps(steps, record, visitor);
}
