import { Buffer } from "node:buffer";
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { env } from "node:process";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { logPayload } from "../../envelope/log-payload.ts";
import { logBatchOrigin, objectOrigin } from "../origin.ts";
import { readLogs } from "../read-logs.ts";
import { ARRIVAL, kept, type ReadRecord, settingsOf } from "../read-records.testing.ts";
import { RecordReader } from "../record-reader.ts";
import { compileSources } from "../source.ts";

// fixtures/formats/<format>/<case>: objects, and `*.logs.json`: what a CloudWatch Logs subscription hands over. The documents that
// come of one stand beside it in `<case>.expected.ndjson`: `UPDATE_GOLDEN=1 vitest run formats/fixtures` writes them anew.

const FOLDER = fileURLToPath(new URL("../../../../../fixtures/formats/", import.meta.url));
const GOLDEN = ".expected.ndjson";

interface Read {
  readonly format: string | undefined;
  readonly records: readonly ReadRecord[];
}

const cases = globSync("*/**", { cwd: FOLDER, withFileTypes: true })
  .filter((entry) => entry.isFile() && !entry.name.endsWith(GOLDEN))
  .map((entry) => `${entry.parentPath}/${entry.name}`.slice(FOLDER.length).replaceAll("\\", "/"))
  .sort();

function contentOf(name: string): Uint8Array {
  const stored = readFileSync(FOLDER + name);
  return name.endsWith(".gz") ? gunzipSync(stored) : stored;
}

function read(name: string, size = Number.POSITIVE_INFINITY): Read {
  return name.endsWith(".logs.json") ? readEvents(contentOf(name)) : readObject(name, size);
}

function readObject(name: string, size: number): Read {
  const content = contentOf(name);
  const records: ReadRecord[] = [];
  const counts = { in: 0, skipped: 0, unparsed: 0 };
  const origin = objectOrigin({ store: "file", bucket: "", key: `fixtures/formats/${name}` }, "e", undefined, ARRIVAL);
  const reader = new RecordReader(origin, settingsOf(), name, counts, (record) => records.push(kept(record)));
  const framer = reader.framer({});
  for (let at = 0; at < content.length; at += size)
    framer.push(content.subarray(at, at + size), (block) => reader.read(block));
  framer.end((block) => reader.read(block));
  return { format: reader.format, records };
}

function readEvents(content: Uint8Array): Read {
  const context = { region: "eu-west-1", account: undefined, arrival: ARRIVAL, maxInlineBytes: 1e6 };
  const records: ReadRecord[] = [];
  const counts = { in: 0, skipped: 0, unparsed: 0 };
  const [item] = logPayload(JSON.parse(Buffer.from(content).toString("utf8")), context, []).items;
  if (item?.kind !== "logs") throw new Error("no log events");
  const { batch, events } = item;
  const origin = logBatchOrigin(batch, events.firstId, events.lastId, events.count, ARRIVAL);
  const reader = new RecordReader(origin, compileSources([])(item), undefined, counts, (record) =>
    records.push(kept(record)),
  );
  readLogs(reader, batch, events);
  return { format: reader.format, records };
}

describe.each(cases)("%s", (name) => {
  const golden = FOLDER + name + GOLDEN;
  const whole = read(name);

  test("is known by its content", () => {
    expect(whole.format).toBe(name.split("/", 1)[0]);
  });

  test("gives the documents beside it", () => {
    if (env.UPDATE_GOLDEN !== undefined) writeFileSync(golden, whole.records.map(({ json }) => `${json}\n`).join(""));
    const lines = readFileSync(golden, "utf8").split("\n").slice(0, -1);
    expect(whole.records.map(({ document }) => document)).toEqual(lines.map((line) => JSON.parse(line)));
  });

  test("is the same in pieces of one byte", () => {
    expect(read(name, 1)).toEqual(whole);
  });
});

test("no documents are left of what is gone", () => {
  const known = new Set(cases.map((name) => name + GOLDEN));
  const found = globSync(`**/*${GOLDEN}`, { cwd: FOLDER }).map((name) => name.replaceAll("\\", "/"));
  expect(existsSync(FOLDER) ? found.filter((name) => !known.has(name)) : []).toEqual([]);
});
