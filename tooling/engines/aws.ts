import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { GenericContainer, Wait } from "testcontainers";
import { cached } from "./cache.ts";
import { containerLabels, dockerAnswers, imageProblem } from "./docker.ts";
import { freePort, run, spawnEngine, waitUntil } from "./process.ts";

const MINISTACK_VERSION = "1.5.33";
const MINISTACK_IMAGE = "ministackorg/ministack";
const MINISTACK_PORT = 4566;
const HEALTH = "/_ministack/health";
const START_TIMEOUT_MS = 30_000;
/** Step Functions' waits pass so many times as fast. */
const WAIT_SCALE = { SFN_WAIT_SCALE: "0.01" };

export interface AwsEngine {
  /** For the SDK's `endpoint`; any credentials and region do. */
  readonly endpoint: string;
  readonly kind: "external" | "testcontainers" | "local";
  readonly version: string;
  stop(): Promise<void>;
}

/**
 * Local AWS (MiniStack): S3, SQS, SNS, EventBridge, Kinesis, Firehose, CloudWatch Logs, Lambda, SSM, KMS, …
 *
 * From Python by preference, because there functions run as processes of this machine and can use its Node and
 * its packages; in a container only when SLUICE_TEST_AWS_IMAGE says so or there is no Python.
 */
export async function startAws(): Promise<AwsEngine> {
  const external = process.env.AWS_ENDPOINT_URL_TEST;
  if (external) return { endpoint: external, kind: "external", version: "unknown", stop: async () => {} };
  const image = process.env.SLUICE_TEST_AWS_IMAGE;
  if (image) return startContainer(image);
  const python = await findPython();
  if (python) return startLocal(python);
  if (await dockerAnswers()) return startContainer(`${MINISTACK_IMAGE}:${MINISTACK_VERSION}`);
  throw new Error(
    "No local AWS can be started: install Python 3.10 or newer with its venv module (Debian: python3-venv), " +
      "or a Docker engine, or set AWS_ENDPOINT_URL_TEST.",
  );
}

async function startContainer(image: string): Promise<AwsEngine> {
  const problem = await imageProblem(image);
  if (problem) throw new Error(`Local AWS: ${problem}`);
  const container = await new GenericContainer(image)
    .withLabels(containerLabels)
    .withExposedPorts(MINISTACK_PORT)
    .withEnvironment(WAIT_SCALE)
    .withWaitStrategy(Wait.forHttp(HEALTH, MINISTACK_PORT))
    .start();
  const endpoint = `http://${container.getHost()}:${container.getMappedPort(MINISTACK_PORT)}`;
  return {
    endpoint,
    kind: "testcontainers",
    version: await version(endpoint),
    stop: async () => void (await container.stop()),
  };
}

async function startLocal(python: string): Promise<AwsEngine> {
  const venv = await cached(`ministack-${MINISTACK_VERSION}`, (dir) => installMiniStack(python, dir));
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const scratch = await mkdtemp(join(tmpdir(), "sluice-aws-"));
  const server = spawnEngine(join(venv, "bin", "python"), ["-c", MINISTACK_MAIN], {
    ...process.env,
    PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
    BIND_HOST: "127.0.0.1",
    GATEWAY_PORT: String(port),
    MINISTACK_HOST: "127.0.0.1",
    LAMBDA_EXECUTOR: "local",
    LOG_LEVEL: "WARNING",
    ...WAIT_SCALE,
    TMPDIR: scratch,
  });
  const stop = async () => {
    await server.stop();
    await rm(scratch, { recursive: true, force: true });
  };
  try {
    await waitUntil("local AWS", async () => (await fetch(endpoint + HEALTH)).ok, {
      timeoutMs: START_TIMEOUT_MS,
      server,
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { endpoint, kind: "local", version: MINISTACK_VERSION, stop };
}

/** Ends with this process, even when that is killed: its stdin is then at its end. */
const MINISTACK_MAIN = `
import os, signal, sys, threading
def watch():
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)
threading.Thread(target=watch, daemon=True).start()
sys.argv = ["ministack"]
from ministack.app import main
main()
`;

async function installMiniStack(python: string, dir: string): Promise<void> {
  // Called through the interpreter: the scripts' own paths would name the folder this is built in.
  await run(python, ["-m", "venv", dir]);
  await run(join(dir, "bin", "python"), ["-m", "pip", "install", "--quiet", `ministack==${MINISTACK_VERSION}`]);
}

async function findPython(): Promise<string | undefined> {
  for (const name of ["python3", "python3.13", "python3.12", "python3.11", "python"]) {
    try {
      await run(name, ["-c", "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))"]);
      return name;
    } catch {}
  }
  return undefined;
}

async function version(endpoint: string): Promise<string> {
  const health = (await (await fetch(endpoint + HEALTH)).json()) as { version?: string };
  return health.version ?? "unknown";
}
