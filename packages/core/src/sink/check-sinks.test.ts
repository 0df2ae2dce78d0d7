import { expect, test } from "vitest";
import * as z from "zod";
import { parseConfig } from "../config/parse-config.ts";
import { createPipeline } from "../pipeline.ts";
import { defineSink, type Reason, type Sink } from "../ports/sink.ts";

const AWAY: Reason = { code: "ECONNREFUSED", message: "nobody there" };

async function checked(connect: boolean, more: Partial<Sink>): Promise<unknown> {
  const sink: Sink = { dedupes: "never", encode: () => undefined, send: async () => ({ kind: "delivered" }), ...more };
  const definition = defineSink({ options: z.strictObject({}), create: () => sink });
  const pipeline = createPipeline(parseConfig({ sinks: { out: { type: "x" } } }, "test"), {
    sinks: async () => definition,
  });
  return pipeline.check({ connect });
}

const caveats = async (): Promise<readonly string[]> => ["it may do less", "and less"];

test("what a sink does without is told apart from what is wrong", async () => {
  const told = (message: string): object => ({ sink: "out", reason: { code: "CAVEAT", message }, isCaveat: true });
  expect(await checked(true, { caveats })).toEqual([told("it may do less"), told("and less")]);
  expect(await checked(true, { caveats, probe: async () => undefined })).toHaveLength(2);
});

test("one that isn't reached isn't asked what it does without", async () => {
  expect(await checked(true, { caveats, probe: async () => AWAY })).toEqual([{ sink: "out", reason: AWAY }]);
});

test("without a connection neither is asked", async () => {
  expect(await checked(false, { caveats, probe: async () => AWAY })).toEqual([]);
});
