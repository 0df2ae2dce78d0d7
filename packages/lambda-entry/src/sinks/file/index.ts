import { defineSink, type SinkDefinition } from "@sluice/core";
import { type FileOptions, fileOptions } from "./options.ts";
import { createFileSink } from "./sink.ts";

/** One JSON document a line in a file of this machine. */
const file: SinkDefinition<typeof fileOptions> = defineSink({
  options: fileOptions,
  create: (options: FileOptions, context) => createFileSink(options, context.baseDir),
});

export default file;
