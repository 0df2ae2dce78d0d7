import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { GenericContainer, Wait } from "testcontainers";
import { cached, filesIn, fingerprint } from "./cache.ts";
import { containerLabels, dockerAnswers, imageProblem } from "./docker.ts";
import { type Jdk, requireJdk, serverFlags } from "./java.ts";
import { fetchJars, requireMaven } from "./maven.ts";
import { freePort, run, spawnEngine, waitUntil } from "./process.ts";

const RUNNER_VERSION = "3.8.0.0"; // OpenSearch 3.8.0
const MINIMUM_JDK = 21;
const HTTP_PORT = 9200;
const HEAP = "-Xms512m -Xmx512m";
const START_TIMEOUT_MS = 120_000;
const sources = fileURLToPath(new URL("opensearch-local/", import.meta.url));

export interface OpenSearchEngine {
  readonly url: string;
  readonly kind: "external" | "testcontainers" | "local";
  readonly version: string;
  stop(): Promise<void>;
}

/** OpenSearch without security: OPENSEARCH_URL, else the image SLUICE_TEST_OS_IMAGE, else a node on this machine's JDK. */
export async function startOpenSearch(options: { settings?: Record<string, string> } = {}): Promise<OpenSearchEngine> {
  const { settings = {} } = options;
  const external = process.env.OPENSEARCH_URL;
  const image = process.env.SLUICE_TEST_OS_IMAGE;
  if (external && !options.settings) return finish(external.replace(/\/+$/, ""), "external", async () => {});
  return image ? startContainer(image, settings) : startLocal(settings);
}

async function startContainer(image: string, settings: Record<string, string>): Promise<OpenSearchEngine> {
  const problem = (await dockerAnswers()) ? await imageProblem(image) : "no Docker engine answers";
  if (problem) throw new Error(`OpenSearch (SLUICE_TEST_OS_IMAGE): ${problem}`);
  const environment = {
    "discovery.type": "single-node",
    "cluster.routing.allocation.disk.threshold_enabled": "false",
    DISABLE_SECURITY_PLUGIN: "true",
    DISABLE_INSTALL_DEMO_CONFIG: "true",
    OPENSEARCH_JAVA_OPTS: HEAP,
  };
  const container = await new GenericContainer(image)
    .withLabels(containerLabels)
    .withEnvironment({ ...environment, ...settings })
    .withExposedPorts(HTTP_PORT)
    .withWaitStrategy(Wait.forHttp("/_cluster/health", HTTP_PORT))
    .withStartupTimeout(START_TIMEOUT_MS)
    .start();
  const url = `http://${container.getHost()}:${container.getMappedPort(HTTP_PORT)}`;
  return finish(url, "testcontainers", async () => void (await container.stop()));
}

async function startLocal(settings: Record<string, string>): Promise<OpenSearchEngine> {
  const jdk = requireJdk("OpenSearch", MINIMUM_JDK);
  const lib = await openSearchJars(jdk);
  const work = await mkdtemp(join(tmpdir(), "sluice-opensearch-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const arguments_ = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  const server = spawnEngine(join(jdk.home, "bin", "java"), [
    ...[...serverFlags(jdk), ...HEAP.split(" "), `-Djava.io.tmpdir=${work}`],
    ...["-cp", `${lib}/*`, "sluice.opensearch.Launcher", work, String(port), ...arguments_],
  ]);
  const stop = async () => {
    await server.stop();
    await rm(work, { recursive: true, force: true });
  };
  try {
    const answers = async () => (await fetch(`${url}/_cluster/health`)).ok;
    await waitUntil("OpenSearch", answers, { timeoutMs: START_TIMEOUT_MS, server });
  } catch (error) {
    await stop();
    throw error;
  }
  return finish(url, "local", stop);
}

async function openSearchJars(jdk: Jdk): Promise<string> {
  const launcher = await filesIn(sources, ".java");
  const pom = join(sources, "pom.xml");
  return cached(`opensearch-${RUNNER_VERSION}-${await fingerprint([...launcher, pom])}`, async (dir) => {
    await requireMaven("A local OpenSearch");
    await fetchJars(pom, dir, { "runner.version": RUNNER_VERSION });
    const classes = join(dir, "classes");
    await mkdir(classes);
    await run(join(jdk.home, "bin", "javac"), ["-nowarn", "-cp", `${dir}/*`, "-d", classes, ...launcher]);
    await run(join(jdk.home, "bin", "jar"), ["cf", join(dir, "launcher.jar"), "-C", classes, "."]);
    await rm(classes, { recursive: true });
  });
}

async function finish(
  url: string,
  kind: OpenSearchEngine["kind"],
  stop: () => Promise<void>,
): Promise<OpenSearchEngine> {
  const main = (await (await fetch(url)).json()) as { version: { number: string } };
  return { url, kind, version: main.version.number, stop };
}
