import type { Ports } from "../api.ts";
import type { SinkConfig } from "../config/config.ts";
import { parseSinkOptions, sinkOptions } from "../config/parse-config.ts";
import { resolveSecrets } from "../config/secrets.ts";
import { SluiceError } from "../errors.ts";
import { silentLogger } from "../ports/logger.ts";
import { NO_SECRETS } from "../ports/secrets.ts";
import type { Sink, SinkDefinition } from "../ports/sink.ts";
import { Circuit } from "./circuit.ts";
import { SlabPool } from "./slab-pool.ts";

/** A sink across invocations: made on first use, made anew with fresh secrets when its credentials were refused. */
export class SinkHandle {
  readonly name: string;
  readonly config: SinkConfig;
  readonly slabs: SlabPool = new SlabPool();
  readonly circuit: Circuit = new Circuit();
  /** A batch was handed over for it, in whatever invocation … */
  wasSent = false;
  /** … and one of them is settled. */
  hasAnswered = false;
  /** Whether it takes over whole objects; undefined until it was made once. */
  copies: boolean | undefined;
  readonly #ports: Ports;
  #sink: Promise<Sink> | undefined;
  #renewing: Promise<Sink> | undefined;

  constructor(name: string, config: SinkConfig, ports: Ports) {
    this.name = name;
    this.config = config;
    this.#ports = ports;
  }

  /** A failure isn't kept: the next call tries again. */
  sink(): Promise<Sink> {
    this.#sink ??= this.#create(false).catch((error: unknown) => {
      this.#sink = undefined;
      throw error;
    });
    return this.#sink;
  }

  /** A new sink with its secrets read past the cache; calls made meanwhile share it. */
  renew(): Promise<Sink> {
    this.#renewing ??= this.#replace().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async definition(): Promise<SinkDefinition> {
    const definition = await this.#ports.sinks(this.config.type);
    if (definition !== undefined) return definition;
    throw new SluiceError("SINK_UNKNOWN", `sinks.${this.name}.type: there is no sink of type ${this.config.type}`);
  }

  /** Whether it would, told by its options without making it. */
  async wouldCopy(): Promise<boolean> {
    try {
      const { options, copies } = await this.definition();
      const parsed = options.safeParse(sinkOptions(this.config));
      return parsed.success && copies?.(parsed.data as never) === true;
    } catch {
      return false;
    }
  }

  async close(): Promise<void> {
    const sink = await this.#sink?.catch(() => undefined);
    this.#sink = undefined;
    await sink?.close?.();
  }

  async #create(refresh: boolean): Promise<Sink> {
    const definition = await this.definition();
    const written = sinkOptions(this.config);
    const resolved = await resolveSecrets(written, this.#ports.secrets ?? NO_SECRETS, refresh);
    const options = parseSinkOptions(this.name, definition, resolved, this.#ports.configName ?? "config", written);
    const context = {
      name: this.name,
      baseDir: this.#ports.baseDir ?? ".",
      logger: this.#ports.logger ?? silentLogger,
    };
    const sink: Sink = await definition.create(options as never, context);
    if (typeof sink?.encode !== "function" || typeof sink.send !== "function")
      throw new SluiceError(
        "SINK_PROTOCOL",
        `sinks.${this.name}: expected its create to give a sink, with encode and send`,
      );
    this.copies = sink.copyObject !== undefined;
    return sink;
  }

  async #replace(): Promise<Sink> {
    const old = this.#sink;
    const fresh = await this.#create(true);
    this.#sink = Promise.resolve(fresh);
    // Sends under way finish on the old one; closing it is not worth failing for.
    void old?.then((sink) => sink.close?.()).catch(() => {});
    return fresh;
  }
}
