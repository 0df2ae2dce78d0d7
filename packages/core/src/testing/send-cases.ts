import { strict as assert } from "node:assert";
import { encodeBatch } from "./encode-batch.ts";
import type { ContractCase, NetworkHarness, SinkHarness } from "./harness.ts";
import { sendCall, someRecords, within, withServer } from "./subject.ts";
import { testRecord } from "./test-record.ts";

const ABORT_MS = 1000;
const ECHO_STATUSES = [400, 401, 403, 418, 500];

export function sendCases(harness: SinkHarness, network: NetworkHarness): ContractCase[] {
  return [
    takesAll(harness, network),
    sendsSlices(harness, network),
    atOnce(harness, network),
    ...cellCases(harness, network),
    stops(harness, network, "already aborted", 0),
    stops(harness, network, "aborted while it waits", 50),
    ...echoes(harness, network),
    ...(network.noKeepAlive === undefined ? [keepsConnections(harness, network)] : []),
  ];
}

function takesAll(harness: SinkHarness, network: NetworkHarness): ContractCase {
  return {
    name: "send: a batch arrives whole, in order, in one request",
    run: () =>
      withServer(harness, network, [network.success], async (sink, server) => {
        const messages = ["first", 'second "quoted" \\ and more', "dritte, früh", "x".repeat(50_000)];
        const records = messages.map((message, i) => testRecord({ message, start: i * 100_000 }));
        const result = await sink.send(encodeBatch(sink, records), sendCall());
        assert.equal(result.kind, "delivered", JSON.stringify(result));
        assert.deepEqual(
          server.requests.map((request) => [...network.received(request)]),
          [messages],
        );
      }),
  };
}

function sendsSlices(harness: SinkHarness, network: NetworkHarness): ContractCase {
  return {
    name: "send: a slice sends its own records, and those alone",
    run: () =>
      withServer(harness, network, [network.success], async (sink, server) => {
        const batch = encodeBatch(sink, someRecords(5));
        for (const [from, to] of [
          [0, 2],
          [2, 5],
          [4, 5],
        ] as const)
          assert.equal((await sink.send(batch.slice(from, to), sendCall())).kind, "delivered");
        const nested = batch.slice(1, 5).slice(1, 2);
        assert.equal((await sink.send(nested, sendCall())).kind, "delivered");
        const got = server.requests.map((request) => network.received(request).map((text) => text.replace(/\D/g, "")));
        assert.deepEqual(got, [["0", "1"], ["2", "3", "4"], ["4"], ["2"]]);
      }),
  };
}

function atOnce(harness: SinkHarness, network: NetworkHarness): ContractCase {
  return {
    name: "send: batches in flight at once don't mix",
    run: () =>
      withServer(harness, network, [network.success], async (sink, server) => {
        const batch = encodeBatch(sink, someRecords(8));
        const slices = [0, 2, 4, 6].map((i) => batch.slice(i, i + 2));
        const results = await Promise.all(slices.map((slice) => sink.send(slice, sendCall())));
        assert.ok(results.every(({ kind }) => kind === "delivered"));
        const got = server.requests.map((request) => network.received(request).join());
        assert.deepEqual(
          got.sort(),
          [0, 2, 4, 6].map((i) => `message ${i},message ${i + 1}`),
        );
      }),
  };
}

/** For sinks with `cellBytes`: what is written again overwrites itself, and nothing else. */
function cellCases(harness: SinkHarness, network: NetworkHarness): ContractCase[] {
  return [
    {
      name: "send: a cell written again is the same request; parts of a cell are different ones",
      run: () =>
        withServer(harness, network, [network.success], async (sink, server) => {
          if (sink.limits?.cellBytes === undefined) return;
          const batch = encodeBatch(sink, someRecords(4));
          const parts = [batch, batch.slice(0, 2), batch.slice(2, 4), batch.slice(0, 1), batch];
          for (const part of parts) await sink.send(part, sendCall());
          const paths = server.requests.map(({ path }) => path);
          assert.equal(paths[0], paths[4], "another name for the same cell");
          assert.equal(new Set(paths).size, 4, "parts of a cell overwrite each other");
          assert.ok(server.requests[0]?.body.equals(server.requests[4]?.body ?? new Uint8Array()), "other bytes");
        }),
    },
  ];
}

function stops(harness: SinkHarness, network: NetworkHarness, when: string, afterMs: number): ContractCase {
  return {
    name: `send: ${when} → retry, at once`,
    run: () =>
      withServer(harness, network, [{ fault: "hang" }], async (sink) => {
        const controller = new AbortController();
        if (afterMs === 0) controller.abort(new Error("stop"));
        const sent = sink.send(encodeBatch(sink, someRecords(1)), sendCall(controller.signal));
        if (afterMs > 0) setTimeout(() => controller.abort(new Error("stop")), afterMs);
        const result = await within(ABORT_MS, "send", sent);
        assert.equal(result.kind, "retry", JSON.stringify(result));
      }),
  };
}

/** A server that throws our own credentials back at us in its complaint. */
function echoes(harness: SinkHarness, network: NetworkHarness): ContractCase[] {
  const { secrets } = network;
  const words = `${secrets.join(" ")} are not welcome here`;
  const bodies = [words, JSON.stringify({ error: { type: words, reason: words } }), `<Message>${words}</Message>`];
  return ECHO_STATUSES.map((status) => ({
    name: `send: a ${status} that repeats our secrets is told without them`,
    run: async () => {
      for (const body of bodies)
        await withServer(harness, network, [{ status, body }], async (sink) => {
          const result = await sink.send(encodeBatch(sink, someRecords(1)), sendCall());
          const text = JSON.stringify(result);
          for (const secret of secrets) assert.ok(!text.includes(secret), `a secret in the reason of ${status}`);
        });
    },
  }));
}

function keepsConnections(harness: SinkHarness, network: NetworkHarness): ContractCase {
  return {
    name: "send: refusals leave the connection fit for use",
    run: () =>
      withServer(harness, network, [{ status: 429, body: "x".repeat(2000) }], async (sink, server) => {
        const batch = encodeBatch(sink, someRecords(1));
        for (let i = 0; i < 6; i++) await sink.send(batch, sendCall());
        assert.equal(server.requests.length, 6);
        // Two: some clients give a socket back only after the next request has asked for one.
        assert.ok(server.connections() <= 2, `${server.connections()} connections for 6 requests`);
      }),
  };
}
