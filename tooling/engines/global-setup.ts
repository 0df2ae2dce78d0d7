import type { TestProject } from "vitest/node";
import { startAws } from "./aws.ts";
import { startElasticsearch } from "./elasticsearch.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Elasticsearch without security, default settings: for `inject("esUrl")`. */
    esUrl: string;
    esKind: "external" | "testcontainers" | "local";
    /** Local AWS: `inject("awsEndpoint")`. */
    awsEndpoint: string;
  }
}

/** Starts what nearly every integration test needs, once; engines of other kinds are the test files' own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const startedAt = Date.now();
  const started = await Promise.allSettled([startElasticsearch(), startAws()]);
  const stop = async () => {
    await Promise.all(started.map((engine) => engine.status === "fulfilled" && engine.value.stop()));
  };
  const [elasticsearch, aws] = started;
  if (elasticsearch.status === "rejected" || aws.status === "rejected") {
    await stop();
    const reasons = started.flatMap((engine) => (engine.status === "rejected" ? [engine.reason as Error] : []));
    throw new AggregateError(reasons, reasons.map(({ message }) => message).join("\n"));
  }
  announce("elasticsearch", elasticsearch.value);
  announce("aws", aws.value);
  console.log(`[engines] ready after ${Date.now() - startedAt} ms`);
  project.provide("esUrl", elasticsearch.value.url);
  project.provide("esKind", elasticsearch.value.kind);
  project.provide("awsEndpoint", aws.value.endpoint);
  return stop;
}

/** One line an engine; `.ci/run` looks for it. */
function announce(name: string, engine: { kind: string; version: string; image?: string }): void {
  const image = engine.image ? ` image=${engine.image}` : "";
  console.log(`[engines] ${name}: kind=${engine.kind} version=${engine.version}${image}`);
}
