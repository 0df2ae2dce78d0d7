import { spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import path from "node:path";
import { isPrepared } from "./store.ts";

const PREPARE = path.join(import.meta.dirname, "prepare.ts");

/** Makes the workloads of these names that aren't there yet, on all cores. Those that take long go first. */
export async function prepareAll(names: readonly string[]): Promise<void> {
  const there = await Promise.all(names.map(isPrepared));
  const missing = names.filter((_, i) => !there[i]).sort((a, b) => Number(b.endsWith("g")) - Number(a.endsWith("g")));
  if (missing.length > 0) console.log(`making the data of ${missing.join(", ")}, once`);
  const makeNext = async (): Promise<void> => {
    for (let name = missing.shift(); name !== undefined; name = missing.shift()) await make(name);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, makeNext));
}

async function make(name: string): Promise<void> {
  const child = spawn(process.execPath, [PREPARE, name], { stdio: ["ignore", "ignore", "inherit"] });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`the data of ${name} could not be made (${code})`);
}
