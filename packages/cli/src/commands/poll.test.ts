import { SluiceError } from "@sluice/core";
import { fakeClock } from "@sluice/core/testing";
import { expect, test } from "vitest";
import { type FakeOptions, fakeContext, outcomeOf } from "../fake-context.testing.ts";
import { main } from "../main.ts";
import { FakeQueue } from "../poll/fake-queue.testing.ts";

const URL = "https://sqs.eu-west-1.amazonaws.com/123456789012/logs";

function polling(messages: readonly string[], options: FakeOptions = {}) {
  const clock = fakeClock();
  const queue = new FakeQueue(clock, ...messages);
  return { queue, context: fakeContext({ queue, clock, ...options }) };
}

const lines = (text: string): { readonly [field: string]: unknown }[] =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

const done = async () => outcomeOf({ in: 2, delivered: { out: 2 } }, { response: { batchItemFailures: [] } });

test("logs lines of JSON, and prints the totals with --json", async () => {
  const { context, queue } = polling(["a"], { pipeline: { handle: done } });
  expect(await main(["poll", "--queue", URL, "--once", "--json"], context)).toBe(0);
  expect(lines(context.terminal.written.err)).toMatchObject([
    { level: "info", message: "polling", until: "once" },
    { level: "info", message: "batch", messages: 1, in: 2, delivered: { out: 2 } },
    { level: "info", message: "ended" },
  ]);
  expect(lines(context.terminal.written.out)).toMatchObject([
    { in: 2, delivered: { out: 2 }, units: { ok: 1, failed: 0 }, messages: { received: 1, deleted: 1, failed: 0 } },
  ]);
  expect(context.opened).toMatchObject([{ documentsTo: "stderr", addsToFiles: true }]);
  expect(context.calls).toEqual(["check", "handle", "close"]);
  expect(queue.isClosed).toBe(true);
});

test("exits with 1 when a message was left, or a record refused", async () => {
  const failing = polling(["a"], {
    pipeline: { handle: async () => outcomeOf({}, { response: { batchItemFailures: [{ itemIdentifier: "m1" }] } }) },
  });
  expect(await main(["poll", "--queue", URL, "--once"], failing.context)).toBe(1);
  const refusing = polling(["a"], {
    pipeline: { handle: async () => outcomeOf({ deadLettered: { out: 1 } }, { response: { batchItemFailures: [] } }) },
  });
  expect(await main(["poll", "--queue", URL, "--once"], refusing.context)).toBe(1);
  expect(refusing.queue.left).toEqual([]);
});

test("exits with 0 when it was stopped, whatever is left", async () => {
  const stop = new AbortController();
  const { context, queue } = polling(["a"], {
    stop: stop.signal,
    pipeline: {
      handle: async () => {
        stop.abort();
        return outcomeOf({}, { response: { batchItemFailures: [{ itemIdentifier: "m1" }] } });
      },
    },
  });
  expect(await main(["poll", "--queue", URL], context)).toBe(0);
  expect(queue.left).toEqual(["m1"]);
  expect(() => lines(context.terminal.written.err)).not.toThrow();
});

test("a queue that isn't there: 1, with its name", async () => {
  const { context, queue } = polling([]);
  queue.faults.state.push(new SluiceError("QUEUE_MISSING", `${URL}: QueueDoesNotExist`));
  expect(await main(["poll", "--queue", URL], context)).toBe(1);
  expect(context.terminal.written.err).toContain(`QUEUE_MISSING: ${URL}`);
  expect(context.calls).toContain("close");
});

test("the environment names the queue and the port; an empty variable names nothing", async () => {
  const { context } = polling(["a"], { pipeline: { handle: done }, pollDefaults: { queue: URL, port: "0", host: "" } });
  expect(await main(["poll", "--once"], context)).toBe(0);
  expect(lines(context.terminal.written.err)).toMatchObject([
    { message: "health endpoint", host: "127.0.0.1", port: expect.any(Number) },
    {},
    {},
    {},
  ]);
  const wrong = polling([], { pollDefaults: { queue: URL, port: "http" } });
  expect(await main(["poll"], wrong.context)).toBe(2);
  expect(wrong.context.terminal.written.err).toContain("SLUICE_PORT http: expected a whole number from 0 to 65535");
});
