import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** What is downloaded or built once per checkout; git-ignored. */
export const cacheDir: string = fileURLToPath(new URL("../../.cache", import.meta.url));

const LOG_TAIL = 64 * 1024;
const KILL_AFTER_MS = 10_000;

export interface EngineProcess {
  readonly pid: number;
  /** The last 64 KiB of its output. */
  log(): string;
  /** Why it is gone, or undefined while it runs. */
  ended(): string | undefined;
  /** `kill -9`, and gone. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts a server that ends with this process: stdin stays open as its sign of life (a server that can
 * watches for its end), and an exit hook kills it in every case but SIGKILL.
 */
export function spawnEngine(command: string, args: string[], env: NodeJS.ProcessEnv = process.env): EngineProcess {
  const child = spawn(command, args, { env, stdio: ["pipe", "pipe", "pipe"] });
  let log = "";
  let ended: string | undefined;
  const append = (chunk: Buffer) => {
    log = (log + chunk).slice(-LOG_TAIL);
  };
  child.stdout.on("data", append);
  child.stderr.on("data", append);
  child.stdin.on("error", () => {}); // it may close its end first
  child.on("error", (error) => {
    ended ??= error.message;
  });
  child.on("exit", (code, signal) => {
    ended ??= `exit ${code ?? signal}`;
  });
  const killNow = () => child.kill("SIGKILL");
  process.once("exit", killNow);
  const stop = async () => {
    process.off("exit", killNow);
    await terminate(child, KILL_AFTER_MS);
  };
  const kill = async () => {
    process.off("exit", killNow);
    const gone = hasEnded(child) ? undefined : once(child, "exit");
    killNow();
    await gone;
  };
  return { pid: child.pid ?? -1, log: () => log, ended: () => ended, kill, stop };
}

export function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

export async function terminate(child: ChildProcess, killAfterMs: number): Promise<void> {
  if (hasEnded(child)) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  await gone;
  clearTimeout(timer);
}

/** Polls until `probe` holds; its exceptions count as "not yet". Throws with the engine's own output when it doesn't. */
export async function waitUntil(
  what: string,
  probe: () => Promise<boolean>,
  { timeoutMs, server }: { timeoutMs: number; server?: EngineProcess },
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  while (Date.now() < deadline) {
    const ended = server?.ended();
    if (ended) throw new Error(`${what}: the process ended (${ended})\n${server?.log()}`);
    try {
      if (await probe()) return;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${what}: not ready after ${timeoutMs} ms\n${server?.log() ?? ""}`, { cause: last });
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

/** Runs a command to its end; a failure carries what it printed. */
export async function run(command: string, args: string[], options: { cwd?: string } = {}): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(command, args, { ...options, maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  } catch (error) {
    const { stdout = "", stderr = "", message } = error as { stdout?: string; stderr?: string; message: string };
    throw new Error(`${command} failed: ${message}\n${stdout}${stderr}`.trim(), { cause: error });
  }
}
