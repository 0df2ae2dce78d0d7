import { defineSink, type SinkDefinition } from "@sluice/core";
import { options } from "./options.ts";
import { httpSink } from "./sink.ts";

export type { Auth, Format, HttpOptions, TlsOptions } from "./options.ts";

/** `type: http`: batches POSTed to any HTTP(S) receiver. */
const http: SinkDefinition<typeof options> = defineSink({ options, create: (given) => httpSink(given) });
export default http;
