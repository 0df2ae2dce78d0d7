import { dockerAnswers, imageProblem } from "./docker.ts";
import { startElasticsearchContainer } from "./elasticsearch-container.ts";
import { ELASTICSEARCH_VERSION } from "./elasticsearch-home.ts";
import { ensureLogsTemplate } from "./elasticsearch-logs-template.ts";
import { startElasticsearchNode } from "./elasticsearch-node.ts";
import { type EngineProcess, waitUntil } from "./process.ts";

const OFFICIAL_IMAGE = "docker.elastic.co/elasticsearch/elasticsearch";
const START_TIMEOUT_MS = 120_000;
const ANSWER_TIMEOUT_MS = 15_000; // of an engine that should be up already
const USERNAME = "elastic";
const PASSWORD = "sluice-test";

export interface ElasticsearchOptions {
  /** Basic authentication, API keys and roles; plain HTTP all the same. */
  security?: boolean;
  /** Node settings, as in elasticsearch.yml. */
  settings?: Record<string, string>;
  /** Asks for exactly this version. */
  version?: string;
}

export interface ElasticsearchEngine {
  /** Without credentials. */
  readonly url: string;
  readonly kind: "external" | "testcontainers" | "local";
  /** With `testcontainers`. */
  readonly image?: string;
  readonly version: string;
  readonly username?: string;
  readonly password?: string;
  stop(): Promise<void>;
}

interface Started {
  url: string;
  kind: ElasticsearchEngine["kind"];
  image?: string;
  process?: EngineProcess;
  stop(): Promise<void>;
}

/** A real Elasticsearch, ready for the first write. README.md says which one is chosen. */
export async function startElasticsearch(options: ElasticsearchOptions = {}): Promise<ElasticsearchEngine> {
  const credentials = options.security ? { username: USERNAME, password: PASSWORD } : undefined;
  const started = externalEngine(options) ?? (await startOwn(options));
  try {
    const headers: Record<string, string> = credentials ? { authorization: basic(credentials) } : {};
    const server = started.process ? { server: started.process } : {};
    await waitUntil(`Elasticsearch at ${started.url}`, () => isReady(started, headers, options.security === true), {
      timeoutMs: started.kind === "external" ? ANSWER_TIMEOUT_MS : START_TIMEOUT_MS,
      ...server,
    });
    if (started.kind !== "external") await ensureLogsTemplate(started.url, headers);
    const version = await versionOf(started.url, headers);
    if (options.version && options.version !== version) {
      throw new Error(`Elasticsearch ${options.version} was asked for, ${started.image ?? started.url} is ${version}`);
    }
    const image = started.image ? { image: started.image } : {};
    return { url: started.url, kind: started.kind, ...image, version, ...credentials, stop: started.stop };
  } catch (error) {
    await started.stop();
    throw error;
  }
}

/** ELASTICSEARCH_URL serves only where a default node without security would do. */
function externalEngine({ security, settings }: ElasticsearchOptions): Started | undefined {
  const url = process.env.ELASTICSEARCH_URL;
  if (!url || security || settings) return undefined;
  if (onlyTestcontainers()) {
    throw new Error("SLUICE_REQUIRE_TESTCONTAINERS=1, but ELASTICSEARCH_URL is set: unset one of the two.");
  }
  return { url: url.replace(/\/+$/, ""), kind: "external", stop: async () => {} };
}

async function startOwn(options: ElasticsearchOptions): Promise<Started> {
  const settings = nodeSettings(options);
  const image = process.env.SLUICE_TEST_ES_IMAGE ?? `${OFFICIAL_IMAGE}:${options.version ?? ELASTICSEARCH_VERSION}`;
  const problem = (await dockerAnswers()) ? await imageProblem(image) : "no Docker engine answers";
  if (problem === undefined) {
    const container = await startElasticsearchContainer(image, settings, PASSWORD);
    return { ...container, kind: "testcontainers", image };
  }
  if (onlyTestcontainers() || process.env.SLUICE_TEST_ES_IMAGE) {
    throw new Error(`Elasticsearch must run under Testcontainers, but ${problem}. See tooling/engines/README.md.`);
  }
  const node = await startElasticsearchNode(settings, PASSWORD).catch((cause: Error) => {
    throw new Error(`No Elasticsearch can be started.\nContainer: ${problem}.\nLocal node: ${cause.message}`, {
      cause,
    });
  });
  return { ...node, kind: "local" };
}

function onlyTestcontainers(): boolean {
  return process.env.SLUICE_REQUIRE_TESTCONTAINERS === "1";
}

function nodeSettings({ security, settings }: ElasticsearchOptions): Record<string, string> {
  return {
    "discovery.type": "single-node",
    "cluster.routing.allocation.disk.threshold_enabled": "false", // a full disk would turn indices read-only
    "xpack.security.enabled": String(security === true),
    ...(security ? { "xpack.security.http.ssl.enabled": "false" } : {}),
    ...settings,
  };
}

/** With security, an answered request isn't enough: the index that holds API keys and roles comes up later. */
async function isReady({ url }: Started, headers: Record<string, string>, security: boolean): Promise<boolean> {
  const health = await fetch(`${url}/_cluster/health`, { headers });
  if (!health.ok) return false;
  return security ? writesRole(url, headers) : true;
}

async function writesRole(url: string, headers: Record<string, string>): Promise<boolean> {
  const role = `${url}/_security/role/sluice-ready`;
  const json = { ...headers, "content-type": "application/json" };
  const put = await fetch(role, { method: "PUT", headers: json, body: '{"cluster":[]}' });
  if (!put.ok) return false;
  return (await fetch(role, { method: "DELETE", headers })).ok;
}

async function versionOf(url: string, headers: Record<string, string>): Promise<string> {
  const main = (await (await fetch(url, { headers })).json()) as { version: { number: string } };
  return main.version.number;
}

function basic({ username, password }: { username: string; password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}
