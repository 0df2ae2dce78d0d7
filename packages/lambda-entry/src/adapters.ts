import { didYouMean, type SinkCatalog, type SinkDefinition, SluiceError } from "@sluice/core";
import { loadPlugin } from "./load-plugin.ts";

/** Compressions and patterns; the code of each is loaded when an object or a config needs it. */
export { codecs, loadPatterns } from "@sluice/codecs";

/** The adapters, each loaded only when a config names it: a new sink is one line here. */
const SINKS: Readonly<Record<string, () => Promise<SinkDefinition>>> = {
  elasticsearch: async () => (await import("@sluice/sinks-elastic")).elasticsearch,
  opensearch: async () => (await import("@sluice/sinks-elastic")).opensearch,
  http: async () => (await import("@sluice/sinks-http")).default,
  "s3-archive": async () => (await import("@sluice/sinks-s3-archive/archive")).default,
  firehose: async () => (await import("@sluice/sinks-s3-archive/firehose")).default,
  stdout: async () => (await import("./sinks/stdout/index.ts")).default,
  file: async () => (await import("./sinks/file/index.ts")).default,
};

export const SINK_TYPES: readonly string[] = Object.keys(SINKS);

export interface SinkCatalogOptions {
  /** Folder that `./plugin.js` and npm names are resolved from: where the config lies. */
  readonly baseDir: string;
  /** Sinks made in code, by type; they go before the others. */
  readonly own?: Readonly<Record<string, SinkDefinition>>;
}

/** Finds a sink's code by its `type`: one of `own`, one of ours, or a plug-in. Fails with SINK_UNKNOWN, listing the types there are. */
export function sinkCatalog({ baseDir, own = {} }: SinkCatalogOptions): SinkCatalog {
  return async (type) => {
    if (Object.hasOwn(own, type)) return own[type];
    const load = Object.hasOwn(SINKS, type) ? SINKS[type] : undefined;
    if (load !== undefined) return load();
    const plugin = await loadPlugin(type, baseDir);
    if (plugin !== undefined) return plugin;
    const known = [...new Set([...Object.keys(own), ...SINK_TYPES])];
    const wanted = `expected one of ${known.join(", ")}, a plug-in's file (./my-sink.js) or an installed package`;
    const message = `sink type "${type}" not found from ${baseDir}${didYouMean(type, known)}: ${wanted}`;
    throw new SluiceError("SINK_UNKNOWN", message);
  };
}
