import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ELASTICSEARCH_VERSION, elasticsearchHome, LAUNCHER, MINIMUM_JDK } from "./elasticsearch-home.ts";
import { requireJdk, serverFlags } from "./java.ts";
import { type EngineProcess, freePort, spawnEngine } from "./process.ts";

const HEAP = "512m";

export interface LocalNode {
  readonly url: string;
  /** The present one. */
  readonly process: EngineProcess;
  /** A process in the same folder and at the same port, when the one before is gone; the caller waits until it answers. */
  startAgain(): void;
  stop(): Promise<void>;
}

/** Starts a node on this machine's JDK; the caller waits until it answers. */
export async function startElasticsearchNode(settings: Record<string, string>, password: string): Promise<LocalNode> {
  const jdk = requireJdk(`Elasticsearch ${ELASTICSEARCH_VERSION} (no Docker engine answers)`, MINIMUM_JDK);
  const home = await elasticsearchHome(jdk);
  const data = await mkdtemp(join(tmpdir(), "sluice-elasticsearch-"));
  const port = await freePort();
  const all = {
    ...settings,
    "http.host": "127.0.0.1",
    "http.port": String(port),
    "path.data": data,
    "path.logs": data,
  };
  const start = () =>
    spawnEngine(
      join(jdk.home, "bin", "java"),
      [
        ...serverFlags(jdk),
        `-Xms${HEAP}`,
        `-Xmx${HEAP}`,
        `-Djava.io.tmpdir=${data}`,
        `-Des.path.home=${home}`,
        "-Dorg.elasticsearch.nativeaccess.enableVectorLibrary=false",
        "-Dsluice.follow.stdin=true",
        ...["-cp", `${home}/lib/*`, LAUNCHER, home],
        ...Object.entries(all).map(([name, value]) => `${name}=${value}`),
      ],
      { ...process.env, ELASTIC_PASSWORD: password },
    );
  let server = start();
  return {
    url: `http://127.0.0.1:${port}`,
    get process() {
      return server;
    },
    startAgain() {
      server = start();
    },
    async stop() {
      await server.stop();
      await rm(data, { recursive: true, force: true });
    },
  };
}
