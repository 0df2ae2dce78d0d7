import { defineSink, type SinkDefinition } from "@sluice/core";
import { stdoutOptions } from "./options.ts";
import { createStdoutSink } from "./sink.ts";

/** One JSON document a line on standard output. */
const stdout: SinkDefinition<typeof stdoutOptions> = defineSink({
  options: stdoutOptions,
  create: () => createStdoutSink(process.stdout),
});

export default stdout;
