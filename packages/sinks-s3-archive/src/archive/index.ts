import { defineSink, type SinkDefinition } from "@sluice/core";
import { copies, options } from "./options.ts";
import { archiveSink } from "./sink.ts";

export type { ArchiveOptions } from "./options.ts";

/** `type: s3-archive`: gzip NDJSON objects under partitioned keys, the same key whenever the same cell is written again. */
const s3Archive: SinkDefinition<typeof options> = defineSink({
  options,
  copies,
  create: (given) => archiveSink(given),
});
export default s3Archive;
