import { expect, onTestFinished, test } from "vitest";
import { outcomeOf } from "../fake-context.testing.ts";
import { serveHealth } from "./health.ts";
import { metricsText } from "./metrics.ts";
import { Totals } from "./totals.ts";

async function served(trouble: { alive?: string; ready?: string }) {
  const server = await serveHealth(
    { alive: () => trouble.alive, ready: () => trouble.ready, metrics: () => "m 1\n" },
    { port: 0, host: "127.0.0.1" },
  );
  onTestFinished(() => server.close());
  return async (path: string, method = "GET") => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { method });
    return { status: response.status, type: response.headers.get("content-type"), body: await response.text() };
  };
}

test("says whether all is well, and why not", async () => {
  const trouble: { alive?: string; ready?: string } = {};
  const get = await served(trouble);
  expect(await get("/healthz")).toMatchObject({ status: 200, body: "ok\n" });
  expect(await get("/readyz?verbose")).toMatchObject({ status: 200 });
  trouble.ready = "a required sink is down";
  expect(await get("/healthz")).toMatchObject({ status: 200 });
  expect(await get("/readyz")).toMatchObject({ status: 503, body: "a required sink is down\n" });
  trouble.alive = "stopping";
  expect(await get("/healthz")).toMatchObject({ status: 503, body: "stopping\n" });
});

test("answers nothing else", async () => {
  const get = await served({});
  expect(await get("/metrics")).toMatchObject({ status: 200, type: expect.stringContaining("0.0.4"), body: "m 1\n" });
  expect(await get("/metrics", "HEAD")).toMatchObject({ status: 200, body: "" });
  expect(await get("/healthz", "POST")).toMatchObject({ status: 405 });
  expect(await get("/")).toMatchObject({ status: 404 });
});

test("a port that is taken is an error", async () => {
  const health = { alive: () => undefined, ready: () => undefined, metrics: () => "" };
  const first = await serveHealth(health, { port: 0, host: "127.0.0.1" });
  onTestFinished(() => first.close());
  await expect(serveHealth(health, { port: first.port, host: "127.0.0.1" })).rejects.toMatchObject({
    code: "EADDRINUSE",
  });
});

test("metrics are Prometheus's text, with sums over all batches", () => {
  const totals = new Totals();
  const units = { ok: 1, failed: 0 };
  totals.add({ ...outcomeOf({ in: 2, delivered: { 'a"\\\n': 2 }, units }), bytes: 10 });
  totals.add({ ...outcomeOf({ in: 3, delivered: { 'a"\\\n': 1, b: 3 }, deadLettered: { b: 1 }, units }), bytes: 5 });
  totals.messages.received += 4;
  totals.faults.receive += 1;
  const text = metricsText(totals, { batches: 1, messages: 2, bytes: 3, circuitOpen: true, lastReceive: 1500 });
  const samples = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  expect(samples).toEqual(
    expect.arrayContaining([
      "sluice_messages_received_total 4",
      'sluice_queue_errors_total{request="receive"} 1',
      "sluice_records_in_total 5",
      'sluice_records_delivered_total{sink="a\\"\\\\\\n"} 3',
      'sluice_records_delivered_total{sink="b"} 3',
      'sluice_records_dead_lettered_total{sink="b"} 1',
      "sluice_bytes_read_total 15",
      "sluice_circuit_open 1",
      "sluice_last_receive_timestamp_seconds 1.5",
    ]),
  );
  for (const line of samples) expect(line).toMatch(/^sluice_[a-z_]+(?:\{[a-z]+="(?:[^"\\\n]|\\.)*"\})? [\d.]+$/);
  const families = text.split("\n").filter((line) => line.startsWith("# TYPE"));
  expect(new Set(families).size).toBe(families.length);
});
