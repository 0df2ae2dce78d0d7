/**
 * Large objects by short invocations: `node test/large/large.ts --kind plain|gzip --gb 20 [--sink elasticsearch|stub] [--seconds 60]
 * [--memory 512] [--line 2000] [--compression gzip|none] [--parallel 1] [--split BYTES] [--logs]`. README.md says what is measured, and how.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { startElasticsearch } from "../../tooling/engines/elasticsearch.ts";
import { unzip, ZIP } from "../chaos/stand/stand.ts";
import { KINDS, type Kind, type Made, makeObject } from "./object/kinds.ts";
import { type Invocation, isKept, lineOf, runLarge } from "./run.ts";
import { ElasticsearchTarget } from "./target/elasticsearch.ts";
import { StubTarget } from "./target/stub.ts";
import type { Target } from "./target/target.ts";

const { values } = parseArgs({
  options: {
    kind: { type: "string", default: "plain" },
    gb: { type: "string", default: "20" },
    sink: { type: "string", default: "elasticsearch" },
    seconds: { type: "string", default: "60" },
    memory: { type: "string", default: "512" },
    line: { type: "string", default: "2000" },
    parallel: { type: "string", default: "1" },
    split: { type: "string" },
    compression: { type: "string", default: "gzip" },
    logs: { type: "boolean", default: false },
  },
});

function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === value);
  if (found === undefined) throw new Error(`--${name}: expected ${allowed.join(" or ")}; got ${value}`);
  return found;
}

async function openTarget(sink: "elasticsearch" | "stub", { text, records }: Made): Promise<Target> {
  if (sink === "stub") return new StubTarget(text, records).open();
  const engine = await startElasticsearch();
  try {
    const target = await new ElasticsearchTarget(engine.url, "logs-large-default", text, records).open();
    const close = async (): Promise<void> => {
      await target.close();
      await engine.stop();
    };
    return { sink: target.sink, progress: () => target.progress(), count: () => target.count(), close };
  } catch (error) {
    await engine.stop();
    throw error;
  }
}

async function main(kind: Kind): Promise<void> {
  const made = makeObject(kind, Number(values.gb) * 1e9, Number(values.line));
  console.log(`${kind}: ${made.object.size} bytes stored, ${made.records} records`);
  const taskRoot = await mkdtemp(path.join(tmpdir(), "sluice-large-"));
  const target = await openTarget(oneOf("sink", values.sink, ["elasticsearch", "stub"]), made);
  const onInvocation = async ({ seconds, peakMb, end }: Invocation): Promise<void> =>
    console.log(
      `${end} after ${seconds.toFixed(1)} s, peak ${Math.round(peakMb)} MB, ${await target.progress()} there`,
    );
  try {
    await unzip(ZIP, taskRoot);
    const compression = oneOf("compression", values.compression, ["gzip", "none"]);
    const [seconds, memoryMb] = [Number(values.seconds), Number(values.memory)];
    const splitBytes = values.split === undefined ? undefined : Number(values.split);
    const parallel = Number(values.parallel);
    const what = { kind, made, target, taskRoot, onInvocation };
    const result = await runLarge({ ...what, seconds, memoryMb, compression, parallel, splitBytes });
    if (values.logs) console.log(result.logs);
    console.log(`${Math.round(result.seconds)} s in all`);
    console.log(lineOf(result));
    if (!isKept(result)) process.exitCode = 1;
  } finally {
    await target.close();
    await rm(taskRoot, { recursive: true, force: true });
  }
}

// Engines and the function end with this process.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
await main(oneOf("kind", values.kind, KINDS));
// Connections that are kept alive would hold it up.
process.exit();
