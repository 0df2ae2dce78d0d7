import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Of a `.cpuprofile` file, what is read here. */
interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly children?: readonly number[];
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[];
}

export interface FunctionCost {
  readonly name: string;
  /** The source it was bundled from, or Node's own module; empty for what isn't JavaScript. */
  readonly source: string;
  readonly selfMs: number;
  /** Of the time that the main thread was at work. */
  readonly share: number;
}

const IDLE = "(idle)";

/** Functions of the main thread by the time spent in themselves, largest first. Waiting is left out. */
export function selfTimes(file: string): readonly FunctionCost[] {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, "utf8")) as Profile;
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const sourceOf = bundledSources();
  const costs = new Map<string, { name: string; source: string; selfMs: number }>();
  samples.forEach((id, i) => {
    const frame = frames.get(id);
    if (frame === undefined || frame.functionName === IDLE) return;
    // Node's own code in C++ has neither name nor place: its caller tells which it is.
    const native = frame.functionName === "" && frame.url === "";
    const { url, lineNumber, functionName } = (native && frames.get(parents.get(id) ?? 0)) || frame;
    const name = `${functionName === "" ? "(anonymous)" : functionName}${native ? " → native" : ""}`;
    const key = `${name}\n${url}\n${lineNumber}`;
    const cost = costs.get(key) ?? { name, source: sourceOf(url, lineNumber), selfMs: 0 };
    cost.selfMs += (timeDeltas[i] ?? 0) / 1000;
    costs.set(key, cost);
  });
  const sorted = [...costs.values()].sort((a, b) => b.selfMs - a.selfMs);
  const busy = sorted.reduce((sum, { selfMs }) => sum + selfMs, 0);
  return sorted.map((cost) => ({ ...cost, share: cost.selfMs / busy }));
}

/** esbuild writes the source's path in a comment before each module of an unminified bundle. */
function bundledSources(): (url: string, line: number) => string {
  const lines = new Map<string, readonly string[]>();
  return (url, line) => {
    if (!url.startsWith("file:")) return url;
    const file = fileURLToPath(url);
    const text = lines.get(file) ?? readFileSync(file, "utf8").split("\n");
    lines.set(file, text);
    for (let at = line; at >= 0; at--) {
      const source = /^\/\/ (\S+\.[cm]?[jt]s)$/.exec(text[at] ?? "")?.[1];
      if (source !== undefined) return source.replace(/.*node_modules\//, "");
    }
    return file;
  };
}
