import { expect, test } from "vitest";
import { parseConfig } from "../config/parse-config.ts";
import { createPipeline } from "../pipeline.ts";
import { scriptedSink } from "../sink/scripted-sink.testing.ts";

test.each([1, 2, 3, 4])(
  "%i transforms in a row that each make two records of one give all of them ids of their own",
  async (count) => {
    const sink = scriptedSink();
    const process = Array.from({ length: count }, () => ({ transform: "./twice.js" }));
    const pipeline = createPipeline(parseConfig({ process, sinks: { one: { type: "one" } } }), {
      sinks: async () => sink.definition,
      transform: async () => (record) => [record, { ...record, copy: true }],
    });
    const { counts } = await pipeline.write([{ message: "one" }]);
    expect(counts).toMatchObject({ in: 1, delivered: { one: 2 ** count } });
    expect(new Set(sink.delivered).size).toBe(2 ** count);
  },
);
