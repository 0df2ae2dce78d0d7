import { strict as assert } from "node:assert";
import { encodeBatch } from "./encode-batch.ts";
import type { Answer } from "./fake-server.ts";
import type { ContractCase, NetworkHarness, SinkHarness } from "./harness.ts";
import { sendCall, someRecords, within, withServer, withSink } from "./subject.ts";

const CLOSE_MS = 2000;

export function lifeCases(harness: SinkHarness): ContractCase[] {
  const { network } = harness;
  const closing: ContractCase = {
    name: "close: ends in time, unused and twice",
    run: () =>
      withSink(harness, async (sink) => {
        await within(CLOSE_MS, "close", Promise.resolve(sink.close?.()));
        await within(CLOSE_MS, "second close", Promise.resolve(sink.close?.()));
      }),
  };
  if (network === undefined) return [closing];
  return [closing, closesAfterUse(harness, network), ...probeCases(harness, network)];
}

function closesAfterUse(harness: SinkHarness, network: NetworkHarness): ContractCase {
  return {
    name: "close: ends in time after use, with the connection still open",
    run: () =>
      withServer(harness, network, [network.success], async (sink) => {
        await sink.send(encodeBatch(sink, someRecords(1)), sendCall());
        await within(CLOSE_MS, "close", Promise.resolve(sink.close?.()));
      }),
  };
}

function probeCases(harness: SinkHarness, network: NetworkHarness): ContractCase[] {
  const { probed, secrets } = network;
  const probe = (name: string, answer: Answer, reached: boolean): ContractCase => ({
    name: `probe: ${name}`,
    run: () =>
      withServer(harness, network, [answer], async (sink, server) => {
        const reason = await sink.probe?.(new AbortController().signal);
        assert.equal(reason === undefined, reached, JSON.stringify(reason));
        for (const secret of secrets)
          assert.ok(!JSON.stringify(reason ?? "").includes(secret), "a secret in the reason");
        for (const request of server.requests)
          assert.ok(
            ["GET", "HEAD", "OPTIONS"].includes(request.method) || network.probes?.(request) === true,
            `wrote: ${request.method} ${request.path}`,
          );
      }),
  });
  if (probed === undefined)
    return [{ name: "probe: none", run: () => withSink(harness, (sink) => assert.equal(sink.probe, undefined)) }];
  return [
    probe("a healthy server is reached, and nothing is written", probed, true),
    probe("refused credentials are told", { status: 401, body: secrets.join(" ") }, false),
    probe("a reset connection is told", { fault: "reset" }, false),
    probe("a server that never answers is told", { fault: "hang" }, false),
  ];
}
