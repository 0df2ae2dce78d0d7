import { defineSink, type SinkDefinition } from "@sluice/core";
import type * as z from "zod";
import { type ElasticOptions, elasticsearchOptions, opensearchOptions } from "./options.ts";
import { createElasticSink } from "./sink.ts";

export type { ElasticAuth, ElasticOptions, ElasticTls } from "./options.ts";

/** `type: elasticsearch`: Elasticsearch 8 and 9, hosted ones too. */
export const elasticsearch: SinkDefinition<z.ZodType<ElasticOptions>> = defineSink({
  options: elasticsearchOptions,
  create: (options) => createElasticSink(options, "elasticsearch"),
});

/** `type: opensearch`: OpenSearch 2 and 3. */
export const opensearch: SinkDefinition<z.ZodType<ElasticOptions>> = defineSink({
  options: opensearchOptions,
  create: (options) => createElasticSink(options, "opensearch"),
});

export default elasticsearch;
