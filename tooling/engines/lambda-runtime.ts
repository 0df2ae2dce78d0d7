import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Answer, RuntimeApi } from "./lambda-runtime-api.ts";
import { hasEnded, terminate } from "./process.ts";

/** Node's arguments that start AWS's own runtime client; the function's handler follows them. */
export const runtimeClient: string[] = [
  "--import",
  import.meta.resolve("./rapid-client-hook.mjs"),
  fileURLToPath(import.meta.resolve("aws-lambda-ric")),
];

/** The service's own limit on a function's init. */
const INIT_TIMEOUT_MS = 10_000;
const KILL_AFTER_MS = 500;
const TIMEOUT_MS = 30_000;

export interface LambdaOptions {
  /** The unpacked deployment package. */
  taskRoot: string;
  /** As configured on the function: `index.handler`. */
  handler: string;
  env?: Record<string, string>;
  timeoutMs?: number;
  /** Milliseconds since the epoch, by which deadlines are told; default: the real time. */
  now?: () => number;
  memoryMb?: number;
}

/** One of: `payload`; `errorType` (and what the runtime reported); `timedOut`. */
export interface InvokeResult extends Answer {
  timedOut?: true;
  durationMs: number;
}

export interface LambdaFunction {
  /** From process start to the first request for work. */
  readonly initMs: number;
  /** One at a time, as in an execution environment. After a timeout or an exit the function is gone. */
  invoke(event: unknown, timeoutMs?: number): Promise<InvokeResult>;
  /** To the process itself. When that ends it, what runs is answered with `Runtime.ExitError`. */
  signal(name: NodeJS.Signals): void;
  /** Everything the function wrote so far. */
  logs(): string;
  /** The highest resident size so far; 0 where there is no /proc. */
  rssPeakMb(): number;
  stop(): Promise<void>;
}

/** Runs a built function in AWS's Node runtime client against a local Runtime API, with Lambda's environment and heap. */
export async function startLambda(options: LambdaOptions): Promise<LambdaFunction> {
  const { memoryMb = 512 } = options;
  const api = new RuntimeApi(options.now);
  const address = await api.listen();
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...heapFlags(memoryMb), ...runtimeClient, options.handler], {
    cwd: options.taskRoot,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...lambdaEnv(options, memoryMb), AWS_LAMBDA_RUNTIME_API: address, ...options.env },
  });
  const output: string[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => output.push(chunk.toString()));
  child.on("exit", (code, signal) =>
    api.abandon({ errorType: "Runtime.ExitError", error: { errorMessage: `exit ${code ?? signal}` } }),
  );
  const signal = (name: NodeJS.Signals) => void child.kill(name);
  const killNow = () => signal("SIGKILL");
  process.once("exit", killNow);
  const stop = async () => {
    process.off("exit", killNow);
    await terminate(child, KILL_AFTER_MS);
    api.close();
  };
  try {
    await withTimeout(api.initialised, INIT_TIMEOUT_MS, `no request for work ${INIT_TIMEOUT_MS} ms after the start`);
  } catch (error) {
    await stop();
    throw new Error(`${options.handler}: ${(error as Error).message}\n${output.join("")}`, { cause: error });
  }
  const initMs = performance.now() - startedAt;

  let peak = 0;
  const rssPeakMb = () => {
    peak = Math.max(peak, readPeakMb(child.pid));
    return peak;
  };

  const invoke = async (event: unknown, timeoutMs = options.timeoutMs ?? TIMEOUT_MS): Promise<InvokeResult> => {
    if (hasEnded(child)) throw new Error(`the function has ended\n${output.join("")}`);
    let takenAt = performance.now();
    let timer: NodeJS.Timeout | undefined;
    const timedOut = Promise.withResolvers<{ timedOut: true }>();
    const answered = api.invoke(event, timeoutMs, () => {
      takenAt = performance.now();
      timer = setTimeout(() => {
        timedOut.resolve({ timedOut: true });
        child.kill("SIGKILL");
      }, timeoutMs);
    });
    const result = await Promise.race([answered, timedOut.promise]);
    clearTimeout(timer);
    rssPeakMb(); // cannot be read any more once the function has ended
    return { ...result, durationMs: performance.now() - takenAt };
  };

  return { initMs, invoke, signal, logs: () => output.join(""), rssPeakMb, stop };
}

/** As the managed runtime sets them. */
function heapFlags(memoryMb: number): string[] {
  return [
    "--expose-gc",
    `--max-semi-space-size=${Math.ceil(memoryMb * 0.05)}`,
    `--max-old-space-size=${Math.ceil(memoryMb * 0.9)}`,
  ];
}

/** The variables the service reserves, and nothing else of this process's environment. */
function lambdaEnv({ taskRoot, handler }: LambdaOptions, memoryMb: number): Record<string, string> {
  return {
    PATH: process.env.PATH ?? "",
    TZ: ":UTC",
    LANG: "en_US.UTF-8",
    AWS_REGION: "us-east-1",
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_SESSION_TOKEN: "test",
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
    AWS_LAMBDA_FUNCTION_NAME: "test",
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: "/aws/lambda/test",
    AWS_LAMBDA_LOG_STREAM_NAME: "test",
    LAMBDA_TASK_ROOT: taskRoot,
    LAMBDA_RUNTIME_DIR: "/var/runtime",
    _HANDLER: handler,
  };
}

function readPeakMb(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

async function withTimeout(promise: Promise<void>, ms: number, message: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(message)), ms);
  });
  await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
