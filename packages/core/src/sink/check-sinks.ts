import { ConfigError, sinkOptionIssues, sinkOptions } from "../config/parse-config.ts";
import type { Reason } from "../ports/sink.ts";
import { reasonOf } from "./reason-of.ts";
import type { SinkHandle } from "./sink-handle.ts";

export interface SinkCheck {
  readonly sink: string;
  readonly reason: Reason;
  /** It works all the same. */
  readonly isCaveat?: boolean;
}

/** How long one sink may take to be reached. */
const PROBE_MS = 15_000;

/** Throws ConfigError for options that are wrong; with `connect`, says which sinks can't be made or reached. */
export async function checkSinks(
  handles: readonly SinkHandle[],
  options: { readonly connect: boolean },
  configName: string,
): Promise<readonly SinkCheck[]> {
  const issues = await Promise.all(
    handles.map(async (handle) => sinkOptionIssues(handle.name, await handle.definition(), sinkOptions(handle.config))),
  );
  if (issues.flat().length > 0) throw new ConfigError(configName, issues.flat());
  if (!options.connect) return [];
  const checks = await Promise.all(handles.map(connect));
  return checks.flat();
}

async function connect(handle: SinkHandle): Promise<readonly SinkCheck[]> {
  try {
    const sink = await handle.sink();
    const reason = await sink.probe?.(AbortSignal.timeout(PROBE_MS));
    if (reason !== undefined) return [{ sink: handle.name, reason }];
    const caveats = (await sink.caveats?.(AbortSignal.timeout(PROBE_MS))) ?? [];
    return caveats.map((message) => ({ sink: handle.name, reason: { code: "CAVEAT", message }, isCaveat: true }));
  } catch (error) {
    return [{ sink: handle.name, reason: reasonOf(error) }];
  }
}
