import { expect, test } from "vitest";
import { Circuit } from "./circuit.ts";

const DOWN = { code: "ECONNREFUSED", message: "nobody there" };

test("a sink that can't be reached is left alone, each time for longer, until it works", () => {
  const circuit = new Circuit();
  expect(circuit.openSince(0)).toBeUndefined();
  circuit.failed(DOWN, 0);
  expect(circuit.openSince(4_999)).toMatchObject({ code: "ECONNREFUSED", message: expect.stringContaining("5 s") });
  expect(circuit.openSince(5_000)).toBeUndefined();
  circuit.failed(DOWN, 5_000);
  expect(circuit.openSince(14_999)).toBeDefined();
  expect(circuit.openSince(15_000)).toBeUndefined();
  circuit.worked();
  circuit.failed(DOWN, 20_000);
  expect(circuit.openSince(25_000)).toBeUndefined();
});

test("never for longer than five minutes", () => {
  const circuit = new Circuit();
  let now = 0;
  for (let i = 0; i < 30; i++) {
    circuit.failed(DOWN, now);
    now += 300_000;
    expect(circuit.openSince(now)).toBeUndefined();
  }
});

test("several batches that fail at once count once", () => {
  const circuit = new Circuit();
  for (let i = 0; i < 10; i++) circuit.failed(DOWN, i);
  expect(circuit.openSince(5_000)).toBeUndefined();
});

test.each([
  [{ code: "cluster_block_exception", message: "", status: 403 }, false],
  [{ code: "es_rejected_execution_exception", message: "", status: 429 }, false],
  [{ code: "DEADLINE", message: "" }, false],
  [{ code: "SINK_PROTOCOL", message: "" }, false],
  [{ code: "security_exception", message: "", status: 401 }, true],
  [{ code: "HTTP_503", message: "", status: 503 }, true],
  [{ code: "CERTIFICATE", message: "" }, true],
  [{ code: "TIMEOUT", message: "" }, true],
])("%o: concerns all of the sink: %s", (reason, opens) => {
  const circuit = new Circuit();
  circuit.failed(reason, 0);
  expect(circuit.openSince(1) !== undefined).toBe(opens);
});

test("a clock that was a year ahead for a moment doesn't close it for a year", () => {
  const ahead = 365 * 24 * 3_600_000;
  const circuit = new Circuit();
  circuit.failed(DOWN, ahead);
  expect(circuit.openSince(0)).toBeUndefined();
  circuit.failed(DOWN, 0);
  expect(circuit.openSince(0)).toBeDefined();
  expect(circuit.openSince(10_000)).toBeUndefined();
});
