/**
 * What each stage costs on W1 and W4, in one process: `node bench/stages.ts [--only w1,w4] [--parse raw,ecs]`. From the
 * sources, on one core.
 */
import { spawnSync } from "node:child_process";
import path from "node:path";
import { chooseCores, pinned } from "./runner/pin.ts";

const main = path.join(import.meta.dirname, "stages/main.ts");
const node = [process.execPath, "--conditions=@sluice/source", main, ...process.argv.slice(2)] as const;
const [command, ...args] = pinned(chooseCores().function, [...node]);
process.exitCode = spawnSync(command, args, { stdio: "inherit" }).status ?? 1;
