import { fileURLToPath } from "node:url";
import { ConfigError, defineSink, parseConfig, type Sink, SluiceError } from "@sluice/core";
import { expect, test } from "vitest";
import { z } from "zod";
import { fakeContext, outcomeOf } from "./fake-context.testing.ts";
import { main } from "./main.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));

const QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012/logs";

test.each([
  [["run"], "expected a PATH, s3://bucket/key or --event"],
  [["run", "--nope", "x"], "Unknown option '--nope'"],
  [["run", "--confg", "x"], "Unknown option '--confg' (did you mean config?)"],
  [["rum"], "got rum (did you mean run?)"],
  [["run", "--event"], "--event"],
  [["run", "--config", "", "x"], "--config is empty"],
  [["run", "main.ts", ""], "a path is empty"],
  [["replay", "--delete", ""], "a path is empty"],
  [["run", "--config", "a", "--config", "b", "main.ts"], "--config is given more than once"],
  [["run", "--json=yes", "main.ts"], "--json"],
  [["run", "--root", ".", "main.ts"], "--root goes with --event only"],
  [["run", "--event", "-", "main.ts"], "--event and main.ts"],
  [["run", "--event", "nosuch.json"], "nosuch.json: no such file"],
  [["run", "--event", "main.ts"], "main.ts: expected JSON"],
  [["run", "--event", "-", "--root", "nosuch"], "--root nosuch: no such file or directory"],
  [["run", "--event", "-", "--root", "main.ts"], "--root main.ts: not a directory"],
  [["run", "nosuch"], "nosuch: no such file or directory"],
  [["run", "s3://bucket/prefix/"], "s3://bucket/prefix/: expected one object"],
  [["decode"], "expected a PATH"],
  [["decode", "-"], "-: standard input can't be read as a log"],
  [["decode", "--format", "cloudtrial", "main.ts"], "--format cloudtrial (did you mean cloudtrail?)"],
  [["decode", "--format", "nope", "main.ts"], "--format nope: expected one of"],
  [["decode", "--otel", "--raw", "main.ts"], "--otel and --raw"],
  [["decode", "--ecs", "--raw", "main.ts"], "--ecs and --raw"],
  [["explain"], "expected one event file, got 0"],
  [["explain", "a", "b"], "expected one event file, got 2"],
  [["check", "sluice.yaml"], "expected no paths, got sluice.yaml"],
  [["poll"], "expected --queue URL, or SLUICE_QUEUE"],
  [["poll", "--queue", "logs"], "--queue logs: expected the URL of a queue"],
  [["poll", "--queue", "https://sqs.eu-west-1.amazonaws.com/logs"], "expected the URL of a queue"],
  [["poll", "--queue", "arn:aws:sqs:eu-west-1:123456789012:logs"], "expected the URL of a queue"],
  [["poll", "--queue", QUEUE, "more"], "expected no paths, got more"],
  [["poll", "--queue", QUEUE, "--batch", "11"], "--batch 11: expected a whole number from 1 to 10"],
  [["poll", "--queue", QUEUE, "--concurrency", "0"], "--concurrency 0: expected a whole number from 1"],
  [["poll", "--queue", QUEUE, "--concurrency-bytes", "1e9"], "--concurrency-bytes 1e9: expected a whole number"],
  [["poll", "--queue", QUEUE, "--port", "65536"], "--port 65536: expected a whole number from 0 to 65535"],
  [["poll", "--queue", QUEUE, "--grace", "-1"], "--grace"],
  [["poll", "--queue", QUEUE, "--drain", "--once"], "--drain and --once"],
  [["nope"], "expected one of the commands run, explain, decode, check, replay, backfill, poll, got nope"],
  [["check", "--function", "sluice"], "--function goes with --connect"],
  [[], "got nothing"],
])("%j is bad usage", async (argv, message) => {
  const context = fakeContext({ cwd: HERE });
  expect(await main(argv, context)).toBe(2);
  expect(context.terminal.written.err).toContain(message);
  expect(context.terminal.written.out).toBe("");
  expect(context.opened).toEqual([]);
});

test.each([["--help"], ["run", "--help"], ["explain", "-h"], ["decode", "--help"], ["check", "--nope", "--help"]])(
  "%s prints help",
  async (...argv) => {
    const context = fakeContext();
    expect(await main(argv, context)).toBe(0);
    expect(context.terminal.written.out).toMatch(/^sluice/);
  },
);

test("after -- everything is a path", async () => {
  const context = fakeContext({ cwd: HERE });
  expect(await main(["run", "--", "--help"], context)).toBe(2);
  expect(context.terminal.written.err).toContain("--help: no such file or directory");
});

test("--version is the package's", async () => {
  const context = fakeContext();
  expect(await main(["--version"], context)).toBe(0);
  expect(context.terminal.written.out).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test.each([
  ["all went well", outcomeOf({ in: 2, delivered: { stdout: 2 } }), 0],
  ["records were dropped", outcomeOf({ in: 2, dropped: { stdout: 2 } }), 0],
  ["records were dead-lettered", outcomeOf({ in: 2, deadLettered: { stdout: 1 } }), 1],
  ["records failed", outcomeOf({ in: 2, failed: { stdout: 2 } }), 1],
  ["a unit failed", outcomeOf({ units: { ok: 9, failed: 1 } }), 1],
  ["a unit became a dead letter", outcomeOf({ units: { ok: 10, failed: 0, deadLettered: 1 } }), 1],
  ["the invocation failed", outcomeOf({}, { error: new SluiceError("OBJECT_MISSING", "gone") }), 1],
])("exit code when %s", async (_, outcome, exitCode) => {
  const context = fakeContext({ cwd: HERE, pipeline: { objects: async () => outcome } });
  expect(await main(["run", "main.ts"], context)).toBe(exitCode);
  expect(context.terminal.written.out).toBe("");
  expect(context.calls.at(-1)).toBe("close");
});

test("--json prints one line on standard output and keeps documents from it", async () => {
  const response = { batchItemFailures: [] };
  const outcome = outcomeOf({ in: 3, skipped: 1, filtered: 1, delivered: { stdout: 2 } }, { response });
  const context = fakeContext({ pipeline: { handle: async () => outcome } });
  expect(await main(["run", "--event", "-", "--json"], context)).toBe(0);
  const { out, err } = context.terminal.written;
  expect(out.match(/\n/g)).toHaveLength(1);
  expect(JSON.parse(out)).toEqual({
    in: 3,
    skipped: 1,
    added: 0,
    filtered: 1,
    delivered: { stdout: 2 },
    deadLettered: {},
    failed: {},
    dropped: {},
    units: { ok: 1, failed: 0 },
    response,
  });
  expect(err).toContain("stdout");
  expect(context.opened[0]?.documentsTo).toBe("stderr");
});

const issue = { path: "sinks.a.url", expected: "string", got: "number 5" };

test("wrong options of a sink end a run before anything is read", async () => {
  const check = async (): Promise<never> => {
    throw new ConfigError("sluice.yaml", [issue]);
  };
  const context = fakeContext({ cwd: HERE, pipeline: { check } });
  expect(await main(["run", "main.ts", "--json"], context)).toBe(2);
  expect(context.terminal.written.err).toContain("sluice.yaml: sinks.a.url: expected string, got number 5");
  expect(context.terminal.written.out).toBe("");
  expect(context.calls).toEqual(["check", "close"]);
});

test("check names file, key, expected and got", async () => {
  const load = async (): Promise<never> => {
    throw new ConfigError("sluice.yaml", [issue]);
  };
  const context = fakeContext({ load });
  expect(await main(["check"], context)).toBe(2);
  expect(context.terminal.written.err).toBe("sluice.yaml: sinks.a.url: expected string, got number 5\n");
  const json = fakeContext({ load });
  expect(await main(["check", "--json"], json)).toBe(2);
  expect(JSON.parse(json.terminal.written.out)).toMatchObject({
    ok: false,
    issues: [{ file: "sluice.yaml", ...issue }],
  });
});

test("check says what can't be reached", async () => {
  const check = async () => [{ sink: "stdout", reason: { code: "ECONNREFUSED", message: "no\u001b[31m answer" } }];
  const context = fakeContext({ pipeline: { check } });
  expect(await main(["check", "--connect"], context)).toBe(1);
  expect(context.terminal.written.out).toContain("ECONNREFUSED: no\\x1b[31m answer");
});

const CONTINUED = parseConfig(
  {
    sinks: { stdout: { type: "stdout" } },
    continuation: { queue: "https://sqs.eu-west-1.amazonaws.com/123456789012/continue", claims: { bucket: "aside" } },
  },
  "test",
);
const continued = async () => ({ config: CONTINUED, name: "test", baseDir: ".", found: true });

test("check warns of a config without continuation and without dead letters", async () => {
  const context = fakeContext();
  expect(await main(["check"], context)).toBe(0);
  expect(context.terminal.written.err).toMatch(/^warning: deadLetter: none: [\s\S]*\nwarning: continuation: none: /);
});

test.each<readonly [Sink["dedupes"], RegExp | undefined]>([
  ["always", undefined],
  ["within-index", /known only within one index: after a rollover/],
  ["within-object", /objects take each other's place: what is delivered again after the config changed/],
  ["never", /stdout can't tell a record it already has/],
])("check tells when a sink that dedupes %s has a record twice", async (dedupes, warning) => {
  const create = (): Sink => ({ dedupes, encode: () => undefined, send: async () => ({ kind: "delivered" }) });
  const context = fakeContext({
    load: continued,
    catalog: () => async () => defineSink({ options: z.unknown(), create }),
  });
  expect(await main(["check", "--json"], context)).toBe(0);
  const { warnings } = JSON.parse(context.terminal.written.out) as { warnings: string[] };
  const ofSink = warnings.filter((each) => each.startsWith("sinks.stdout: "));
  if (warning === undefined) expect(ofSink).toEqual([]);
  else expect(ofSink).toEqual([expect.stringMatching(warning)]);
});

test("check --connect tells what it found of continuation", async () => {
  const asked: unknown[] = [];
  const reachContinuation = async (_: unknown, functionName: string | undefined) => {
    asked.push(functionName);
    return [
      { key: "continuation.queue", type: "sqs", state: "visibility timeout 360 s", warnings: ["no dead-letter queue"] },
      {
        key: "function sluice",
        type: "lambda",
        trouble: { code: "RecursiveLoop", message: "Terminate" },
        warnings: [],
      },
    ];
  };
  const context = fakeContext({ load: continued, reachContinuation });
  expect(await main(["check", "--connect", "--function", "sluice"], context)).toBe(1);
  expect(asked).toEqual(["sluice"]);
  const { out, err } = context.terminal.written;
  expect(out).toMatch(/continuation\.queue +sqs +ok: visibility timeout 360 s\n/);
  expect(out).toMatch(/function sluice +lambda +RecursiveLoop: Terminate\n/);
  expect(err).toContain("warning: continuation.queue: no dead-letter queue\n");
  expect(err).not.toContain("wasn't checked");
  const json = fakeContext({ load: continued, reachContinuation });
  expect(await main(["check", "--connect", "--json"], json)).toBe(1);
  expect(JSON.parse(json.terminal.written.out)).toMatchObject({
    ok: false,
    unreachable: [],
    reached: [{ key: "continuation.queue" }, { trouble: { code: "RecursiveLoop" } }],
  });
});

test.each([[["check"]], [["check", "--connect"]]])("%j says how to have the function checked", async (argv) => {
  const context = fakeContext({ load: continued });
  expect(await main(argv, context)).toBe(0);
  expect(context.terminal.written.err).toContain("wasn't checked: sluice check --connect --function NAME\n");
});

test.each([
  [true, "stdout  stdout  valid; copies whole gzip objects of lines\n"],
  [false, "valid; copies whole gzip objects of lines that neither steps nor routes have to look into\n"],
])("check says which sinks copy objects (always: %s)", async (always, expected) => {
  const copying = async () => [{ sink: "stdout", always }];
  const context = fakeContext({ pipeline: { copying } });
  expect(await main(["check"], context)).toBe(0);
  expect(context.terminal.written.out).toContain(expected);
  const json = fakeContext({ pipeline: { copying } });
  await main(["check", "--json"], json);
  expect(JSON.parse(json.terminal.written.out)).toMatchObject({ copying: [{ sink: "stdout", always }] });
});

test("a config that isn't there is bad usage, a secret that can't be had is not", async () => {
  const failing = (error: Error) => fakeContext({ cwd: HERE, load: () => Promise.reject(error) });
  const missing = failing(new SluiceError("CONFIG_NOT_FOUND", "nope.yaml: no such file"));
  expect(await main(["run", "main.ts"], missing)).toBe(2);
  const secret = failing(new SluiceError("SECRET_UNAVAILABLE", "ssm:/x: denied"));
  expect(await main(["run", "main.ts"], secret)).toBe(1);
  expect(secret.terminal.written.err).toContain("SECRET_UNAVAILABLE: ssm:/x: denied");
});

test("explain shows what can't be decoded, and says so in its exit code", async () => {
  const items = [
    {
      unit: "m1",
      path: ["sqs", "s3"],
      what: "s3://b/k\u001b[2J",
      status: "record source" as const,
      framing: "lines",
      format: "alb",
      formatFrom: "content" as const,
      routes: [{ routes: [0, 2], sinks: ["one", "two"], filtered: true }],
      copiedBy: ["two"],
      records: [{ id: "1", routes: [], document: { message: "\u001b[2J\u009b" } }],
    },
    { unit: "m1", path: ["sqs", "s3"], what: "s3:TestEvent", status: "ignored" as const, reason: "s3:TestEvent" },
    { unit: "m2", path: ["sqs"], what: "undecodable", status: "undecodable" as const, reason: "EVENT_MALFORMED: no" },
  ];
  const pipeline = { explain: async () => ({ trigger: "sqs", ok: false, items }) };
  const context = fakeContext({ pipeline });
  expect(await main(["explain", "-"], context)).toBe(1);
  expect(context.terminal.written.out).toBe(`sqs: 2 units, 3 items
m1
└─ sqs
   └─ s3
      ├─ s3://b/k\\x1b[2J
      │     framing lines · format alb (by its content)
      │     → one, two by routes[0], routes[2]: taken out by the route's own steps
      │     copied whole, not read, by two
      │     {"message":"\\u001b[2J\\x9b"}
      └─ ignored: s3:TestEvent
m2
└─ sqs
   └─ undecodable
         CANNOT BE DECODED: EVENT_MALFORMED: no
`);
  const json = fakeContext({ pipeline });
  expect(await main(["explain", "-", "--json"], json)).toBe(1);
  expect(JSON.parse(json.terminal.written.out)).toEqual({ trigger: "sqs", ok: false, items });
});

test("explain says of an archive's objects whether their records keep ids and origins", async () => {
  const base = { unit: "", path: ["s3"], status: "record source" as const, formatFrom: "archive" as const };
  const held = { keepsIds: true, heldBy: ["archive"] };
  const items = [
    { ...base, what: "s3://a/documents", format: "sluice", archive: { kind: "documents" as const, ...held } },
    { ...base, what: "s3://a/lines", archive: { kind: "lines" as const, ...held, of: "s3://b/k", from: 7 } },
    { ...base, what: "s3://a/mixed", archive: { kind: "lines" as const, keepsIds: false, reason: "why", heldBy: [] } },
  ];
  const context = fakeContext({ pipeline: { explain: async () => ({ trigger: "async", ok: true, items }) } });
  expect(await main(["explain", "-"], context)).toBe(0);
  expect(context.terminal.written.out).toBe(`async: 1 unit, 3 items
the invocation
└─ s3
   ├─ s3://a/documents
   │     format sluice (an archive wrote it)
   │     from an archive: documents; its records keep their ids and origins
   │     in archive already: not written there again
   ├─ s3://a/lines
   │     from an archive: lines of s3://b/k from byte 7; its records keep their ids and origins
   │     in archive already: not written there again
   └─ s3://a/mixed
         from an archive: lines; its records would get new ids: why
`);
});

test("an unexpected error is said, not thrown", async () => {
  const context = fakeContext({ cwd: HERE, pipeline: { objects: () => Promise.reject(new TypeError("oh")) } });
  expect(await main(["run", "main.ts"], context)).toBe(1);
  expect(context.terminal.written.err).toContain("INTERNAL: TypeError: oh");
});
