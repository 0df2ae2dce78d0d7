import { expect, test } from "vitest";
import * as z from "zod";
import { FORMATS } from "../record/formats/index.ts";
import { ConfigError, configJsonSchema, parseConfig, parseSinkOptions, sinkOptionIssues } from "./parse-config.ts";

const FORMAT_NAMES = FORMATS.map(({ name }) => name).join(", ");
const SINKS = { out: { type: "stdout" } };

function issuesOf(value: unknown): string[] {
  try {
    parseConfig(value, "sluice.yaml");
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split("\n");
    throw error;
  }
  throw new Error("was taken");
}

test("defaults are filled in", () => {
  const config = parseConfig({ sinks: SINKS }, "sluice.yaml");
  expect(config).toMatchObject({
    sources: [],
    process: [],
    deadline: { marginMs: 10_000 },
    onUndecodable: "retry",
    read: { concurrency: 8 },
    sinks: { out: { type: "stdout", required: true, retry: { attempts: 8 } } },
  });
});

test("every error names file, path, what was expected and what was got", () => {
  const cases: [unknown, string][] = [
    [undefined, "sluice.yaml: (top level): expected object, got nothing"],
    [[], "sluice.yaml: (top level): expected object, got an array of 0"],
    [{}, "sluice.yaml: sinks: expected record, got nothing"],
    [{ sinks: {} }, "sluice.yaml: sinks: expected at least one sink, got an object with no keys"],
    [{ sinks: { out: {} } }, "sluice.yaml: sinks.out.type: expected string, got nothing"],
    [{ sinks: { out: { type: 5 } } }, "sluice.yaml: sinks.out.type: expected string, got number 5"],
    [
      { sinks: SINKS, route: [] },
      "sluice.yaml: route: expected one of sources, process, routes, sinks, deadLetter, continuation, deadline, onUndecodable, onMissing, triggers, read, got unknown key route (did you mean routes?)",
    ],
    [
      { sinks: SINKS, continuation: { queue: "https://sqs.eu-west-1.amazonaws.com/123456789012/q.fifo" } },
      'sluice.yaml: continuation.queue: expected a standard queue: a FIFO one would go on with one thing at a time, got "https://sqs.eu-west-1.amazonaws.com/123456789012/q.fifo"',
    ],
    [
      { sinks: SINKS, sources: [{ datset: "aws.elb_logs" }] },
      "sluice.yaml: sources[0].datset: expected one of match, dataset, namespace, format, columns, compression, framing, oversized, parse, timestampField, messageField, role, externalId, region, tags, fields, got unknown key datset (did you mean dataset?)",
    ],
    [
      { sinks: SINKS, sources: [{ columns: ["c-ip"] }] },
      "sluice.yaml: sources[0].columns: expected a format beside it whose columns can be named (cloudfront, cloudfront-realtime, iis, vpc-flow, w3c), got an array of 1",
    ],
    [
      { sinks: SINKS, sources: [{ format: "alb", columns: ["type"] }] },
      "sluice.yaml: sources[0].columns: expected a format beside it whose columns can be named (cloudfront, cloudfront-realtime, iis, vpc-flow, w3c), got an array of 1",
    ],
    [
      { sinks: SINKS, sources: [{ format: "vpc-flow", columns: ["srcaddr", "-", "dst-addr", "-", "srcaddr"] }] },
      'sluice.yaml: sources[0].columns[2]: expected a field of vpc-flow, or - for one that isn\'t wanted, got "dst-addr"',
    ],
    [
      { sinks: SINKS, sources: [{ format: "vpc-flow", columns: ["srcaddr", "-", "dst-addr", "-", "srcaddr"] }] },
      'sluice.yaml: sources[0].columns[4]: expected each field once, got "srcaddr"',
    ],
    [
      { sinks: SINKS, sources: [{ format: "albs" }] },
      `sluice.yaml: sources[0].format: expected one of ${FORMAT_NAMES}, got "albs" (did you mean alb?)`,
    ],
    [
      { sinks: SINKS, sources: [{ dataset: "My-Logs" }] },
      'sluice.yaml: sources[0].dataset: expected lower-case letters, digits, _ and . (no hyphen), got "My-Logs"',
    ],
    [
      { sinks: SINKS, routes: [{ to: ["serch"] }] },
      'sluice.yaml: routes[0].to[0]: expected the name of a sink (out), got "serch"',
    ],
    [
      { sinks: SINKS, process: [{ exclude: { field: "message", equals: "x", glob: "y" } }] },
      "sluice.yaml: process[0].exclude: expected a field with one of equals, in, glob, regex, range, exists, cidr, or one of all, any, not, got an object with field, equals, glob",
    ],
    [
      { sinks: SINKS, process: [{ hide: {} }] },
      "sluice.yaml: process[0].hide: expected one of include, exclude, redact, sample, add, rename, drop, transform, got unknown key hide",
    ],
    [
      { sinks: SINKS, process: [{ redact: { field: "message", with: "x", drop: true } }] },
      "sluice.yaml: process[0].redact: expected at most one of with, hash, drop, got an object with field, with, drop",
    ],
    [
      { sinks: SINKS, process: [{ redact: { field: "*" } }] },
      "sluice.yaml: process[0].redact: expected a pattern beside field: '*', got an object with field",
    ],
    [
      { sinks: SINKS, process: [{ drop: ["data_stream.dataset"] }] },
      'sluice.yaml: process[0].drop[0]: expected a field other than @timestamp, data_stream, event.dataset and ecs.version, got "data_stream.dataset"',
    ],
    [
      { sinks: SINKS, process: [{ include: { field: "source.ip", cidr: "10.0.0.0/33" } }] },
      'sluice.yaml: process[0].include.cidr: expected a range of addresses such as 10.0.0.0/8, got "10.0.0.0/33"',
    ],
    [
      { sinks: SINKS, process: [{ sample: { rate: 2 } }] },
      "sluice.yaml: process[0].sample.rate: expected at most 1, got number 2",
    ],
    [
      { sinks: { out: { type: "stdout", retry: { attempts: 0 } } } },
      "sluice.yaml: sinks.out.retry.attempts: expected more than 0, got number 0",
    ],
    [
      { sinks: SINKS, sources: [{ format: "https://me:pw@x" }] },
      `sluice.yaml: sources[0].format: expected one of ${FORMAT_NAMES}, got "https://…@x"`,
    ],
    [
      { sinks: SINKS, onUndecodable: "drop" },
      'sluice.yaml: onUndecodable: expected one of retry, deadLetter, got "drop"',
    ],
    [() => "what it says", "sluice.yaml: (top level): expected object, got a function"],
    [{ sinks: SINKS, deadLetter: { type: "s3" } }, "sluice.yaml: deadLetter.bucket: expected string, got nothing"],
  ];
  for (const [value, line] of cases) expect(issuesOf(value)).toContain(line);
});

test("all issues are told at once", () => {
  expect(issuesOf({ sinks: { a: {}, b: { type: "stdout", required: "yes" } }, sources: {} })).toHaveLength(3);
});

test("sinks' own options are judged by the adapter's schema, under the sink's path; values that may be secret are not shown", () => {
  const definition = {
    options: z.strictObject({ url: z.url(), apiKey: z.string().min(20) }),
    create: () => ({}) as never,
  };
  const parse = (options: unknown): unknown => parseSinkOptions("search", definition, options, "sluice.yaml");
  expect(() => parse({ url: "nonsense", apiKey: "hunter2-hunter2", extra: 1 })).toThrow(
    [
      'sluice.yaml: sinks.search.url: expected a valid url, got "nonsense"',
      "sluice.yaml: sinks.search.apiKey: expected at least 20 characters, got a string (not shown)",
      "sluice.yaml: sinks.search.extra: expected one of url, apiKey, got unknown key extra",
    ].join("\n"),
  );
});

test("what a placeholder of a sink's options stands for isn't shown, nor guessed at", () => {
  const definition = { options: z.strictObject({ mode: z.enum(["fast", "safe"]) }), create: () => ({}) as never };
  const parse = () => parseSinkOptions("hook", definition, { mode: "faster" }, "f", { mode: "${ssm:/mode}" });
  expect(parse).toThrow(
    /^f: sinks.hook.mode: expected one of fast, safe, got a string from a placeholder \(not shown\)$/,
  );
});

test("of a URL no more than its host is shown: its path or query may hold a token", () => {
  const definition = { options: z.strictObject({ url: z.url() }), create: () => ({}) as never };
  const got = (url: string): string | undefined => sinkOptionIssues("hook", definition, { url })[0]?.got;
  expect(got("logs.example.com/receiver/TOKEN")).toBe('"logs.example.com/…"');
  expect(got("https://me:pw@logs.example.com:x/?token=TOKEN")).toBe('"https://…@logs.example.com:x/…"');
});

test("placeholders are not judged before their values are known", () => {
  const definition = { options: z.strictObject({ url: z.url() }), create: () => ({}) as never };
  expect(sinkOptionIssues("search", definition, { url: "${ssm:/logs/url}" })).toEqual([]);
  expect(sinkOptionIssues("search", definition, { url: "nonsense" })).toHaveLength(1);
  expect(sinkOptionIssues("search", definition, { url: "${ssm:/logs/url}", more: 1 })).toHaveLength(1);
});

test("the JSON Schema names every key", () => {
  const schema = configJsonSchema() as { properties: Record<string, unknown> };
  const names = [
    "sources",
    "process",
    "routes",
    "sinks",
    "deadLetter",
    "continuation",
    "deadline",
    "onUndecodable",
    "onMissing",
    "triggers",
    "read",
  ];
  expect(Object.keys(schema.properties)).toEqual(names);
});
