import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { type Core, pinned } from "../runner/pin.ts";
import type { Addresses } from "./main.ts";
import type { RunOrder, RunReport } from "./state.ts";

/** The stand-ins' process, as the runner drives it. */
export interface StandIns extends AsyncDisposable {
  readonly addresses: Addresses;
  begin(order: RunOrder): Promise<void>;
  measure(pid: number): Promise<void>;
  /** What came of the run, once all its invocations have ended. */
  end(): Promise<RunReport>;
}

export async function startStandIns(core: Core): Promise<StandIns> {
  const [command, ...args] = pinned(core, [process.execPath, path.join(import.meta.dirname, "main.ts")]);
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  const addresses = JSON.parse(line) as Addresses;
  const call = async (name: string, body?: unknown): Promise<RunReport> => {
    const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
    return (await (await fetch(`http://${addresses.control}/${name}`, init)).json()) as RunReport;
  };
  return {
    addresses,
    begin: async (order) => void (await call("begin", order)),
    measure: async (pid) => void (await call("measure", pid)),
    end: async () => {
      let report = await call("end");
      while (!report.done) report = await call("end");
      return report;
    },
    [Symbol.asyncDispose]: async () => {
      child.stdin.end();
      if (child.exitCode === null) await once(child, "exit");
    },
  };
}
