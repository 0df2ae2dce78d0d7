import { Buffer } from "node:buffer";
import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { ByteWriter } from "../bytes/byte-writer.ts";
import { contextOf } from "./context.ts";
import { encodeDocument } from "./document.ts";
import { editable } from "./edited.ts";
import { formatNamed } from "./formats/index.ts";
import { raw } from "./formats/raw.ts";
import { isMembers } from "./members.ts";
import { directOrigin, logBatchOrigin, objectOrigin } from "./origin.ts";
import { severityOf } from "./otel-names.ts";
import { ARRIVAL, member, parseUnique, settingsOf } from "./read-records.testing.ts";
import { RecordCursor } from "./record.ts";
import { RecordReader } from "./record-reader.ts";

const FOLDER = fileURLToPath(new URL("../../../../fixtures/formats/", import.meta.url));
const ORIGIN = objectOrigin(
  { store: "s3", bucket: "acme", key: "a/b.log", account: "123456789012", region: "eu-west-1" },
  "e",
  undefined,
  ARRIVAL,
);

type Document = Readonly<Record<string, unknown>>;

interface Both {
  readonly ecs: Document;
  readonly otel: Document;
  /** The same after it was changed, but not in anything. */
  readonly edited: Document;
}

function documentOf(cursor: RecordCursor, id = false): Document {
  const out = new ByteWriter();
  encodeDocument(cursor, out, { id });
  return parseUnique(out.view().toString("utf8")) as Document;
}

function read(content: Uint8Array, key: string, otel: boolean): readonly { document: Document; edited: Document }[] {
  const found: { document: Document; edited: Document }[] = [];
  const reader = new RecordReader(
    ORIGIN,
    settingsOf({ otel, tags: ["t"], constants: { team: "shop", "cloud.region": "of the config" } }),
    key,
    { in: 0, skipped: 0, unparsed: 0 },
    (record) => found.push({ document: documentOf(record), edited: documentOf(editable(record)) }),
  );
  const framer = reader.framer({});
  framer.push(content, (block) => reader.read(block));
  framer.end((block) => reader.read(block));
  return found;
}

function both(content: Uint8Array, key = "k"): readonly Both[] {
  const ecs = read(content, key, false);
  return read(content, key, true).map(({ document, edited }, i) => ({
    ecs: ecs[i]?.document as Document,
    otel: document,
    edited,
  }));
}

/** Values that aren't objects, as text. */
function values(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(values);
  return isMembers(value) ? Object.values(value).flatMap(values) : [JSON.stringify(value)];
}

/** An address without the zone that it has elsewhere: `fe80::1%4`. */
function isZoneless(value: string, said: ReadonlySet<string>): boolean {
  return [...said].some((other) => other.startsWith(`${value.slice(0, -1)}%`));
}

const files = globSync("*/**", { cwd: FOLDER, withFileTypes: true })
  .filter((entry) => entry.isFile() && !/\.(?:expected\.ndjson|logs\.json)$/.test(entry.name))
  .map((entry) => `${entry.parentPath}/${entry.name}`.slice(FOLDER.length).replaceAll("\\", "/"));

test.each(files)("%s: all that ECS documents say, OpenTelemetry's do", (name) => {
  const stored = readFileSync(FOLDER + name);
  const all = both(name.endsWith(".gz") ? gunzipSync(stored) : stored, name);
  expect(all.length).toBeGreaterThan(0);
  for (const { ecs, otel, edited } of all) {
    expect(edited).toEqual(otel);
    const said = new Set(values(otel));
    const { sluice: _, ecs: __, related: ___, ...rest } = ecs;
    const known = values(rest).filter((value) => value !== '"arn:aws:s3:::acme"' && !isZoneless(value, said));
    expect(known.filter((value) => !said.has(value))).toEqual([]);
    const places = Object.keys(otel);
    expect(places.at(-1)).toBe("attributes");
    expect(otel.data_stream).toEqual({
      ...(ecs.data_stream as object),
      dataset: `${member(ecs, "event.dataset")}.otel`,
    });
  }
});

const lineOf = (file: string, number = 0): Uint8Array =>
  Buffer.from(readFileSync(FOLDER + file, "utf8").split("\n")[number] as string);
const first = (content: Uint8Array, key?: string): Document => both(content, key)[0]?.otel as Document;
const attribute = (document: Document, name: string): unknown =>
  (document.attributes as Document)[name] ?? ((document.resource as Document).attributes as Document)[name];

describe("names of the semantic conventions", () => {
  test.each([
    ["alb/access.log", "http.request.method", "GET"],
    ["alb/access.log", "url.full", "https://www.example.com:443/img/logo.svg?v=3"],
    ["alb/access.log", "client.address", "198.51.100.39"],
    ["alb/access.log", "client.port", 2817],
    ["alb/access.log", "server.address", "www.example.com"],
    ["alb/access.log", "http.response.body.size", 57],
    ["alb/access.log", "network.protocol.version", "2.0"],
    ["alb/access.log", "tls.protocol.version", "1.2"],
    ["alb/access.log", "aws.s3.bucket", "acme"],
    ["alb/access.log", "aws.s3.key", "a/b.log"],
    ["apache-access/access.log", "url.original", "/a/b.png?x=1#top"],
    ["apache-access/access.log", "http.request.header.referer", "http://www.example.com/start.html"],
    ["apache-error/error.log", "thread.id", 4328636416],
    ["eks-audit/audit.ndjson", "k8s.namespace.name", "shop"],
    [
      "guardduty/AWSLogs/123456789012/GuardDuty/eu-west-1/2026/11/03/a1b2c3d4.jsonl",
      "security_rule.category",
      "UnauthorizedAccess",
    ],
    ["syslog/messages", "process.executable.name", "evntslog"],
  ])("%s: %s", (file, name, value) => {
    expect(attribute(first(lineOf(file), file), name)).toBe(value);
  });

  test("what made the record is a resource", () => {
    const { resource } = first(lineOf("alb/access.log"));
    expect(resource).toEqual({
      attributes: { "cloud.account.id": "123456789012", "cloud.provider": "aws", "cloud.region": "of the config" },
    });
  });

  test("log groups and functions", () => {
    const batch = { owner: "123456789012", region: "eu-west-1", group: "/aws/lambda/checkout", stream: "s" };
    const lambda = formatNamed("lambda") as NonNullable<ReturnType<typeof formatNamed>>;
    const settings = settingsOf({ otel: true, format: lambda });
    const record = new RecordCursor(contextOf(logBatchOrigin(batch, "1", "2", 2, ARRIVAL), settings, lambda));
    const bytes = Buffer.from("2026-11-03T09:05:00.123Z\t8286a188-ba32-4475-8077-530cd35c09a9\tWARN\tlow");
    record.move(bytes, 0, bytes.length, 0);
    record.eventId = Buffer.from("e");
    record.eventIdTo = 1;
    lambda.parser({ fields: true })(record);
    expect(documentOf(record)).toMatchObject({
      body: { text: bytes.toString() },
      severity_text: "WARN",
      severity_number: 13,
      resource: {
        attributes: {
          "aws.log.group.names": ["/aws/lambda/checkout"],
          "aws.log.stream.names": ["s"],
          "cloud.platform": "aws_lambda",
          "cloud.resource_id": "arn:aws:lambda:eu-west-1:123456789012:function:checkout",
          "faas.name": "checkout",
        },
      },
      attributes: { "faas.invocation_id": "8286a188-ba32-4475-8077-530cd35c09a9", "event.dataset": "aws.lambda_logs" },
    });
  });
});

describe("the log data model", () => {
  test("a JSON record is a structured body, its message the text", () => {
    const { body, ...rest } = first(Buffer.from('{"time":"2026-11-03T09:05:00.5Z","msg":"said \\"no\\"","n":1}'));
    expect(body).toEqual({ text: 'said "no"', structured: { time: "2026-11-03T09:05:00.5Z", msg: 'said "no"', n: 1 } });
    expect(rest).toMatchObject({
      "@timestamp": "2026-11-03T09:05:00.500Z",
      time_unix_nano: "1793696700500000000",
      attributes: { tags: ["t"], team: "shop" },
    });
  });

  test("a time that isn't the record's is when it was observed", () => {
    const document = first(Buffer.from("words"));
    expect(document).not.toHaveProperty("time_unix_nano");
    expect(document).toMatchObject({
      "@timestamp": new Date(ARRIVAL).toISOString(),
      observed_time_unix_nano: `${ARRIVAL}000000`,
    });
  });

  test("the config's own fields under names that documents have are labels", () => {
    const settings = settingsOf({ otel: true, constants: { message: "mine" } });
    const record = new RecordCursor(contextOf(directOrigin("d", ARRIVAL), settings, raw));
    record.move(Buffer.from("words"), 0, 5, 7);
    expect(documentOf(record)).toMatchObject({ body: { text: "words" }, attributes: { "labels.message": "mine" } });
  });

  test.each([true, false])("the id is an attribute; edited %s", (edited) => {
    const record = new RecordCursor(contextOf(directOrigin("d", ARRIVAL), settingsOf({ otel: true }), raw));
    record.move(Buffer.from("words"), 0, 5, 7);
    const document = documentOf(edited ? editable(record) : record, true);
    const id = `${directOrigin("d", ARRIVAL).id}-7-12`;
    expect(document.attributes).toEqual({ "event.dataset": "generic", "log.record.uid": id });
  });

  test("a transform may take everything away", () => {
    const record = new RecordCursor(contextOf(directOrigin("d", ARRIVAL), settingsOf({ otel: true }), raw));
    record.move(Buffer.from("words"), 0, 5, 7);
    const changed = editable(record);
    changed.edited = {};
    expect(documentOf(changed, true)).toMatchObject({ attributes: { "log.record.uid": expect.any(String) } });
    changed.editedText = undefined;
    expect(documentOf(changed)).toMatchObject({ attributes: {} });
  });

  test.each([
    ["TRACE", 1],
    ["dbug", 5],
    ["Info", 9],
    ["NOTICE", 10],
    ["WARNING", 13],
    ["err", 17],
    ["crit", 18],
    ["CRITICAL", 21],
    ["UNDEFINED", undefined],
    ["constructor", undefined],
  ])("severity of %s", (level, number) => {
    expect(severityOf(level)).toBe(number);
  });
});
