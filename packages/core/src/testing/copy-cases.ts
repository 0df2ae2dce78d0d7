import { strict as assert } from "node:assert";
import { MAX_QUOTED_CHARS } from "../errors.ts";
import type { CopyResult, ObjectCopy, SendCall, Sink } from "../ports/sink.ts";
import type { ContractCase, CopyHarness, NetworkHarness, SinkHarness } from "./harness.ts";
import { SETTLE_MS, sendCall, within, withServer, withSink } from "./subject.ts";
import { COMMON_TABLE } from "./table.ts";

const ABORT_MS = 1000;
/** Our own words beside a server's, in characters. */
const OWN_WORDS = 200;

/** An object to be copied: `s3://logs/a/b.gz`, of 1,000 bytes. */
export function testCopy(over: Partial<ObjectCopy> = {}): ObjectCopy {
  const ref = { store: "s3", bucket: "logs", key: "a/b.gz" } as const;
  return { ref, etag: "0123", size: 1000, partition: "p/{id}", id: `1${"0".repeat(32)}`, ...over };
}

/** What a sink that takes over whole objects owes, or that it takes none. */
export function copyCases(harness: SinkHarness, network: NetworkHarness): ContractCase[] {
  const { copies } = network;
  if (copies === undefined)
    return [
      { name: "copyObject: none", run: () => withSink(harness, (sink) => assert.equal(sink.copyObject, undefined)) },
    ];
  const common = COMMON_TABLE.map(({ name, answer, result }) => {
    const asked = result === "retry" || result === "unauthorized" ? result : "refused";
    return { name, answer, result: asked } as const;
  });
  return [
    overwrites(harness, network, copies),
    stops(harness, network),
    ...[...common, ...(copies.rows ?? [])].map((row) => answers(harness, network, row)),
  ];
}

function overwrites(harness: SinkHarness, network: NetworkHarness, { success }: CopyHarness): ContractCase {
  return {
    name: "copyObject: one request, the same for the same object, another for another",
    run: () =>
      withServer(harness, network, [success], async (sink, server) => {
        const copies = [testCopy(), testCopy(), testCopy({ id: `1${"1".repeat(32)}` })];
        for (const copy of copies) assert.deepEqual(await copyWith(sink, copy), { kind: "delivered" });
        const [first, again, other] = server.requests.map(({ method, path }) => `${method} ${path}`);
        assert.equal(server.requests.length, copies.length);
        assert.equal(again, first);
        assert.notEqual(other, first);
      }),
  };
}

function stops(harness: SinkHarness, network: NetworkHarness): ContractCase {
  return {
    name: "copyObject: aborted while it waits, it settles as retry",
    run: () =>
      withServer(harness, network, [{ fault: "hang" }], async (sink) => {
        const controller = new AbortController();
        const copying = copyWith(sink, testCopy(), sendCall(controller.signal));
        setTimeout(() => controller.abort(), 50);
        const result = await within(ABORT_MS, "copyObject", copying);
        assert.equal(result.kind, "retry", JSON.stringify(result));
      }),
  };
}

function answers(harness: SinkHarness, network: NetworkHarness, row: CopyRow): ContractCase {
  const { name, answer, result: expected, of } = row;
  return {
    name: `copyObject: ${name} → ${expected}${of === undefined ? "" : ` (${of})`}`,
    run: () =>
      withServer(harness, network, [answer], async (sink, server) => {
        const result = await within(SETTLE_MS, "copyObject", copyWith(sink, testCopy()));
        assert.equal(server.requests.length, 1, "requests made");
        assert.equal(result.kind, expected, JSON.stringify(result));
        if (of !== undefined) assert.equal("of" in result && result.of, of);
        if ("reason" in result) checkReason(result.reason, network.secrets);
      }),
  };
}

type CopyRow = NonNullable<CopyHarness["rows"]>[number];

function checkReason({ code, message }: { code: string; message: string }, secrets: readonly string[]): void {
  assert.ok(code.length > 0 && code.length <= 100, `code: ${code}`);
  assert.ok(message.length > 0 && message.length <= MAX_QUOTED_CHARS + OWN_WORDS, `message: ${message}`);
  for (const secret of secrets) assert.ok(!`${code} ${message}`.includes(secret), "a secret in the reason");
}

function copyWith(sink: Sink, copy: ObjectCopy, call: SendCall = sendCall()): Promise<CopyResult> {
  assert.ok(sink.copyObject !== undefined, "the sink has no copyObject");
  return sink.copyObject(copy, call);
}
