import { strict as assert } from "node:assert";
import { NO_DEADLINE } from "../ports/deadline.ts";
import type { SendCall, Sink } from "../ports/sink.ts";
import type { RecordView } from "../record/record.ts";
import type { Answer, FakeServer } from "./fake-server.ts";
import type { NetworkHarness, SinkHarness } from "./harness.ts";
import { testRecord } from "./test-record.ts";

/** How long a sink under test waits for an answer. */
export const REQUEST_TIMEOUT_MS = 400;
/** `send` must be done by then, timeouts included. */
export const SETTLE_MS = 5000;

/** A sink that talks to nobody. */
export async function withSink(harness: SinkHarness, check: (sink: Sink) => unknown): Promise<void> {
  const sink = await harness.create({ url: "http://127.0.0.1:9", requestTimeoutMs: REQUEST_TIMEOUT_MS });
  try {
    await check(sink);
  } finally {
    await sink.close?.();
  }
}

/** A sink and the server that it talks to. */
export async function withServer(
  harness: SinkHarness,
  network: NetworkHarness,
  answers: readonly Answer[],
  check: (sink: Sink, server: FakeServer) => Promise<void>,
): Promise<void> {
  const server = await network.serve(answers);
  try {
    const sink = await harness.create({ url: server.url, requestTimeoutMs: REQUEST_TIMEOUT_MS });
    try {
      await check(sink, server);
    } finally {
      await sink.close?.();
    }
  } finally {
    await server.close();
  }
}

export function sendCall(signal: AbortSignal = new AbortController().signal): SendCall {
  return { signal, attempt: 1, deadline: NO_DEADLINE, again: false };
}

export function someRecords(count: number): RecordView[] {
  return Array.from({ length: count }, (_, i) => testRecord({ message: `message ${i}`, start: i * 100 }));
}

/** Fails when `promise` isn't settled in time; never leaves a timer behind. */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new assert.AssertionError({ message: `${what}: not within ${ms} ms` })), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
