import { defineSink, type SinkDefinition } from "@sluice/core";
import { options } from "./options.ts";
import { firehoseSink } from "./sink.ts";

export type { FirehoseOptions } from "./options.ts";

/** `type: firehose`: records put straight to an Amazon Data Firehose delivery stream, an NDJSON line each. */
const firehose: SinkDefinition<typeof options> = defineSink({ options, create: (given) => firehoseSink(given) });
export default firehose;
