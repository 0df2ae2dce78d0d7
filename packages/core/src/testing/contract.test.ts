import { createServer } from "node:http";
import { describe, expect, test } from "vitest";
import { quote } from "../errors.ts";
import { DELIVERED, type EncodedBatch, type SendCall, type SendResult, type Sink } from "../ports/sink.ts";
import { encodeDocument } from "../record/document.ts";
import { fakeServer } from "./fake-server.ts";
import { type SinkHarness, sinkContract } from "./index.ts";

const SECRET = "open-sesame";

/** The smallest sink that keeps the contract. */
function smallSink(url: string, timeoutMs: number): Sink {
  return {
    dedupes: "never",
    encode: (record, out) => {
      encodeDocument(record, out, { id: true });
      out.byte(0x0a);
      return undefined;
    },
    send: async (batch, call) => {
      try {
        const response = await post(url, batch, call, timeoutMs);
        return answered(response.status, await response.text(), response.headers.get("retry-after"));
      } catch (error) {
        return { kind: "retry", reason: { code: "NETWORK", message: (error as Error).name } };
      }
    },
  };
}

const post = (url: string, batch: EncodedBatch, call: SendCall, timeoutMs: number): Promise<Response> =>
  // biome-ignore lint/style/noRestrictedGlobals: a sink of this test's own, which needs a network to be tried against
  fetch(url, {
    method: "POST",
    body: Buffer.from(batch.bytes),
    headers: { authorization: SECRET },
    redirect: "manual",
    signal: AbortSignal.any([call.signal, AbortSignal.timeout(timeoutMs)]),
  });

function answered(status: number, text: string, after: string | null): SendResult {
  const reason = { code: `HTTP_${status}`, status, message: quote(text.replaceAll(SECRET, "[secret]")) || "no words" };
  if (status === 200) return DELIVERED;
  if (status === 401 || status === 403) return { kind: "unauthorized", reason };
  if (status === 413) return { kind: "split", reason };
  if (status !== 429 && status < 500) return { kind: "unavailable", reason };
  const seconds = Number(after ?? Number.NaN);
  const afterMs = Number.isNaN(seconds) ? Date.parse(after ?? "") - Date.now() : seconds * 1000;
  return { kind: "retry", reason, ...(Number.isNaN(afterMs) ? {} : { afterMs }) };
}

const harness = (over: (sink: Sink) => Partial<Sink> = () => ({})): SinkHarness => ({
  name: "small",
  create: ({ url, requestTimeoutMs }) => {
    const sink = smallSink(url, requestTimeoutMs);
    return { ...sink, ...over(sink) };
  },
  network: {
    serve: (answers) => fakeServer(createServer, answers),
    success: { status: 200 },
    received: ({ body }) =>
      body
        .toString()
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).message),
    secrets: [SECRET],
  },
});

for (const { name, run } of sinkContract(harness())) test(name, run);

describe("a sink that breaks the contract is found out", () => {
  const failures = async (broken: SinkHarness): Promise<string[]> => {
    const tried = await Promise.all(
      sinkContract(broken).map(({ name, run }) =>
        run().then(
          () => "",
          () => name,
        ),
      ),
    );
    return tried.filter((name) => name !== "");
  };

  test("it retries by itself", async () => {
    const twice = harness((sink) => ({
      send: async (batch, call) => {
        const first = await sink.send(batch, call);
        return first.kind === "retry" ? sink.send(batch, call) : first;
      },
    }));
    expect(await failures(twice)).toContain("answer: 503, no body → retry");
  });

  test("it throws for what the server said", async () => {
    const throws = harness((sink) => ({
      send: async (batch, call) => {
        const result = await sink.send(batch, call);
        if (result.kind === "unauthorized") throw new Error("401");
        return result;
      },
    }));
    expect(await failures(throws)).toContain("answer: 401, HTML → unauthorized");
  });

  test("it tells secrets", async () => {
    const told = harness((sink) => ({
      send: async (batch, call) => {
        const result = await sink.send(batch, call);
        return result.kind === "unauthorized" ? { ...result, reason: { ...result.reason, message: SECRET } } : result;
      },
    }));
    expect(await failures(told)).toContain("send: a 401 that repeats our secrets is told without them");
  });

  test("its bytes depend on what came before", async () => {
    let count = 0;
    const counting = harness(() => ({
      encode: (record, out) => {
        encodeDocument(record, out);
        out.ascii(` ${count++}\n`);
        return undefined;
      },
    }));
    expect(await failures(counting)).toContain("encode: gives the same bytes every time, whatever came before");
  });

  test("it sends the whole buffer for a slice", async () => {
    const whole = harness((sink) => ({
      send: (batch, call) => sink.send({ ...batch, bytes: new Uint8Array(batch.bytes.buffer) }, call),
    }));
    expect(await failures(whole)).toContain("send: a slice sends its own records, and those alone");
  });
});

test("an exception to a row that doesn't exist is a mistake", () => {
  const base = harness();
  const network = base.network && {
    ...base.network,
    exceptions: { "999, HTML": { result: "split", why: "no" } as const },
  };
  expect(() => sinkContract({ ...base, network })).toThrow("no such row");
});
