import type { InvokeResult } from "../../tooling/engines/lambda-runtime.ts";
import type { Environment } from "./environment.ts";
import type { Action, Exchange } from "./proxy/exchange.ts";
import type { Direct } from "./sources/direct.ts";
import type { Fifo } from "./sources/fifo.ts";
import type { Queue } from "./sources/queue.ts";
import type { Shard } from "./sources/shard.ts";
import type { Source } from "./sources/source.ts";
import type { OwnEngine } from "./stand/engine.ts";
import type { Search } from "./stand/search.ts";
import type { Store } from "./stand/store.ts";
import type { Need, Workload } from "./workload/workload.ts";

/** A config as it would be written. */
export interface Settings {
  [key: string]: unknown;
  read: Record<string, unknown>;
  deadline: Record<string, unknown>;
  continuation?: Record<string, unknown>;
  sinks: { search: Record<string, unknown> } & Record<string, Record<string, unknown>>;
}

/** One run: what faults may look at and reach into. */
export interface World {
  /** In the names of all that is this run's own. */
  readonly token: string;
  readonly stream: string;
  readonly search: Search;
  /** What `search` is of, where the run has one for itself. */
  readonly engine: OwnEngine | undefined;
  readonly store: Store;
  readonly workload: Workload;
  readonly queue: Queue;
  readonly fifo: Fifo;
  readonly shard: Shard;
  readonly direct: Direct;
  readonly environments: readonly Environment[];
  readonly settings: Settings;
  /** By the run's time. */
  now(): number;
  /** Where a config says that Elasticsearch is; may be set. */
  searchUrl: (environment: Environment) => string;
}

/** One invocation. */
export interface Call {
  readonly source: Source;
  readonly environment: Environment;
  /** How many began before it in this run. */
  readonly number: number;
  timeoutMs: number;
}

/** Something that goes wrong in a run, a limited number of times. Made from the seed; belongs to one run. */
export interface Fault {
  readonly name: string;
  /** How often it really happened so far. */
  readonly fired: number;
  readonly needs?: readonly Need[];
  /** The search proxies speak TLS, with such a certificate at first. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Variables of every environment. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Before anything is delivered. */
  setUp?(world: World): Promise<void> | void;
  /** Of each request of an environment, at its head and again with its body; the first fault that answers has its way. */
  decide?(exchange: Exchange, phase: "head" | "body", world: World): Action | undefined | Promise<Action | undefined>;
  invoking?(call: Call, world: World): Promise<void> | void;
  /** What the trigger takes for the answer. */
  altered?(call: Call, result: InvokeResult, world: World): InvokeResult;
  /** True: the environment is killed before anybody has its answer. */
  losesAnswer?(call: Call, world: World): boolean;
  settled?(call: Call, result: InvokeResult, world: World): Promise<void> | void;
  /** Whatever the run came to: nothing of it may stay behind. */
  tearDown?(world: World): Promise<void> | void;
}
