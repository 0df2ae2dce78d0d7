import { type LocalNode, startElasticsearchNode } from "../../../tooling/engines/elasticsearch-node.ts";
import { waitUntil } from "../../../tooling/engines/process.ts";
import { Search } from "./search.ts";

const SETTINGS = {
  "discovery.type": "single-node",
  "cluster.routing.allocation.disk.threshold_enabled": "false",
  "xpack.security.enabled": "false",
};
/** Some 20 s on a quiet machine. */
const START_TIMEOUT_MS = 400_000;

/** An Elasticsearch of one run at a time: its process may be killed, and its cluster's settings changed. It needs a JDK of this machine. */
export class OwnEngine {
  readonly search: Search;
  readonly #node: LocalNode;
  #isDown = false;
  #crashed: Promise<void> = Promise.resolve();

  private constructor(node: LocalNode) {
    this.#node = node;
    // What was acknowledged is on the disk, as it is by default.
    this.search = new Search(node.url, "request");
  }

  static async start(): Promise<OwnEngine> {
    const engine = new OwnEngine(await startElasticsearchNode(SETTINGS, "chaos"));
    await engine.ready();
    await engine.search.setUp();
    return engine;
  }

  /** The process is gone and has not been followed by one that answers. */
  get isDown(): boolean {
    return this.#isDown;
  }

  /** `kill -9`; another process starts at once, in the same folder. */
  crash(): void {
    this.#isDown = true;
    this.#crashed = this.#node.process.kill().then(() => this.#node.startAgain());
  }

  /** It says something, though it may have nothing to say yet. */
  async answers(): Promise<void> {
    await this.#crashed;
    await this.#until("answers", async () => (await fetch(this.#node.url)).status > 0);
    this.#isDown = false;
  }

  /** All that was in it can be had again. */
  async ready(): Promise<void> {
    await this.answers();
    const health = `${this.#node.url}/_cluster/health?wait_for_status=yellow&timeout=30s`;
    await this.#until("is ready", async () => (await fetch(health)).ok);
  }

  stop(): Promise<void> {
    return this.#node.stop();
  }

  #until(what: string, probe: () => Promise<boolean>): Promise<void> {
    const { url } = this.#node;
    return waitUntil(`Elasticsearch at ${url} ${what}`, probe, {
      timeoutMs: START_TIMEOUT_MS,
      server: this.#node.process,
    });
  }
}

/** Lends the one engine to one run after the other; it is started when the first one asks. */
export class Lender {
  #engine: Promise<OwnEngine> | undefined;
  #last: Promise<void> = Promise.resolve();

  async borrow(): Promise<{ readonly engine: OwnEngine; giveBack(): void }> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const before = this.#last;
    this.#last = promise;
    await before;
    this.#engine ??= OwnEngine.start();
    return { engine: await this.#engine, giveBack: resolve };
  }

  async stop(): Promise<void> {
    await (await this.#engine)?.stop();
  }
}
