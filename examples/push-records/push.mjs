// Records from a plain program through the core into a sink: no event, no Lambda.
import { createPipeline, parseConfig } from "@sluice/core";
import http from "@sluice/sinks-http";

const config = parseConfig({
  process: [{ exclude: { field: "level", equals: "debug" } }],
  sinks: { saas: { type: "http", url: process.env.LOG_URL ?? "http://127.0.0.1:8080/logs", format: "ndjson" } },
});
const pipeline = createPipeline(config, { sinks: async () => http });

const { counts, troubles } = await pipeline.write(
  [
    { message: "order 1 placed", timestamp: Date.now(), fields: { level: "info", order: 1 } },
    { message: "cache looked up", timestamp: Date.now(), fields: { level: "debug" } },
    { message: "order 2 placed", timestamp: Date.now(), fields: { level: "info", order: 2 } },
  ],
  { stream: "checkout" },
);
await pipeline.close();
console.log(JSON.stringify(counts), troubles);
process.exitCode = counts.units.failed === 0 ? 0 : 1;
