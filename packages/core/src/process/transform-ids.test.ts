import { expect, test } from "vitest";
import { parseConfig } from "../config/parse-config.ts";
import { createPipeline } from "../pipeline.ts";
import type { DeadLetter, Letter } from "../ports/dead-letters.ts";
import { REASON, scriptedSink } from "../sink/scripted-sink.testing.ts";

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

test("what several transforms made can be sent again from the dead letters, each under its id", async () => {
  const process = Array.from({ length: 4 }, () => ({ transform: "./twice.js" }));
  const config = parseConfig({
    process,
    deadLetter: { type: "file", path: "letters" },
    sinks: { one: { type: "one" } },
  });
  const transform = async () => (record: object) => [record, { ...record, copy: true }];
  const letters: DeadLetter[] = [];
  const put = async (_: string, all: readonly Letter[]): Promise<void> => void letters.push(...(all as DeadLetter[]));
  const refusing = scriptedSink(undefined, { encode: () => REASON });
  const first = createPipeline(config, { sinks: async () => refusing.definition, transform, deadLetters: { put } });
  expect((await first.write([{ message: "one" }])).counts).toMatchObject({ deadLettered: { one: 16 } });
  const sink = scriptedSink();
  const { counts } = await createPipeline(config, { sinks: async () => sink.definition, transform }).resend(letters);
  expect(counts).toMatchObject({ delivered: { one: 16 } });
  expect([...sink.delivered].sort()).toEqual(letters.map(({ id }) => id).sort());
});
