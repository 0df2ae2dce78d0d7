/**
 * The built function under faults: `node test/chaos/chaos.ts --runs 1000 --seed 1`. Each run delivers some thousand lines while things
 * go wrong, then counts every line. Results go to .cache/chaos/results.ndjson; seeds that are there aren't done again, but with --again.
 * `--only FAULT` has one fault in every run, `--parallel N` so many runs at once, `--logs` prints what failed runs logged.
 */
import { parseArgs } from "node:util";
import { startAws } from "../../tooling/engines/aws.ts";
import { startElasticsearch } from "../../tooling/engines/elasticsearch.ts";
import { MINIMUM_JDK } from "../../tooling/engines/elasticsearch-home.ts";
import { findJdk } from "../../tooling/engines/java.ts";
import { FAULTS } from "./faults/index.ts";
import type { FaultKind } from "./faults/kind.ts";
import { planOf } from "./plan.ts";
import { appendResult, hasFailed, type Line, lineOf, nameOf, readResults, totals } from "./results.ts";
import { runOnce } from "./run.ts";
import { type Stand, standOn } from "./stand/stand.ts";
import type { Need } from "./workload/workload.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "100" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
    parallel: { type: "string", default: "3" },
    again: { type: "boolean", default: false },
    logs: { type: "boolean", default: false },
  },
});

function kindsOf(only: string | undefined): { readonly kinds?: readonly FaultKind[] } {
  if (only === undefined) return {};
  const kinds = FAULTS.filter(({ name }) => name === only);
  if (kinds.length > 0) return { kinds };
  throw new Error(`--only: expected one of ${FAULTS.map(({ name }) => name).join(", ")}; got ${only}`);
}

/** An engine that can be killed is a process of this machine. */
function missing(): readonly Need[] {
  if (findJdk(MINIMUM_JDK) !== undefined) return [];
  console.log(`No JDK ${MINIMUM_JDK} or newer: faults that need an engine of their own are left out.`);
  return ["engine"];
}

async function oneRun(stand: Stand, seed: number, without: readonly Need[]): Promise<Line> {
  let logs = "";
  const result = await runOnce(stand, planOf(seed, { ...kindsOf(values.only), without }), (all) => {
    logs = all;
  });
  const line = lineOf(result, values.only);
  if (!hasFailed(line)) return line;
  console.log(`FAILED seed ${seed}: ${JSON.stringify(result)}`);
  const only = values.only === undefined ? "" : ` --only ${values.only}`;
  console.log(`  to repeat it: pnpm chaos --runs 1 --seed ${seed}${only} --again --logs`);
  if (values.logs) console.log(logs);
  return line;
}

/** The run couldn't be made to its end: it is no result, and is made again by the next session. */
function fallen(seed: number, error: Error): undefined {
  console.log(`seed ${seed} was not run to its end: ${error.stack}`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const [from, runs, parallel] = [Number(values.seed), Number(values.runs), Number(values.parallel)];
  kindsOf(values.only);
  const done = await readResults();
  const seeds = Array.from({ length: runs }, (_, i) => from + i).filter(
    (seed) => values.again || !done.has(nameOf(seed, values.only)),
  );
  if (seeds.length > 0) await doRuns(seeds, parallel, done);
  console.log(totals(done.values()));
  if ([...done.values()].some(hasFailed)) process.exitCode = 1;
}

async function doRuns(seeds: number[], parallel: number, done: Map<string, Line>): Promise<void> {
  const [search, aws] = await Promise.all([startElasticsearch(), startAws()]);
  const stand = await standOn(search.url, aws.endpoint);
  const without = missing();
  const began = performance.now();
  let count = 0;
  const work = async (): Promise<void> => {
    for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
      const line = await oneRun(stand, seed, without).catch((error: Error) => fallen(seed, error));
      if (line === undefined) continue;
      done.set(nameOf(seed, values.only), line);
      await appendResult(line);
      count += 1;
      if (count % 50 === 0) console.log(`${count} runs in ${Math.round((performance.now() - began) / 1000)} s`);
    }
  };
  try {
    await Promise.all(Array.from({ length: parallel }, work));
  } finally {
    await stand.stop();
    await Promise.all([search.stop(), aws.stop()]);
  }
}

await main();
// Connections that are kept alive would hold it up.
process.exit();
