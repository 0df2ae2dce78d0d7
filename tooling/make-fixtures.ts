import { globSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cases, type EventCase } from "./make-fixtures-cases.ts";
import type { Json } from "./make-fixtures-events.ts";
import { awsFormatFixtures } from "./make-fixtures-formats-aws.ts";
import { framingFixtures } from "./make-fixtures-formats-framing.ts";
import { serviceFormatFixtures } from "./make-fixtures-formats-services.ts";
import { type FixtureObject, objects } from "./make-fixtures-objects.ts";
import { sampleEvent, sampleObjects } from "./make-fixtures-samples.ts";

/** Writes fixtures/ and what the demo reads in samples/. The same bytes each time: `node tooling/make-fixtures.ts`. */

export const ROOT: string = fileURLToPath(new URL("..", import.meta.url));

/** Folders that hold generated files only. */
export const GENERATED: readonly string[] = ["fixtures/events", "fixtures/objects", "samples/buckets"];

/** By format and case; the documents that come of each stand beside it, written by formats/fixtures.test.ts. */
const formatFixtures: Readonly<Record<string, string | Uint8Array>> = {
  ...awsFormatFixtures,
  ...framingFixtures,
  ...serviceFormatFixtures,
};

/** Path from the repository's root → content. */
export function fixtureFiles(): Map<string, string | Uint8Array> {
  const files = new Map<string, string | Uint8Array>();
  for (const { name, event } of cases) files.set(`fixtures/events/${name}.json`, jsonText(event));
  for (const { bucket, key, bytes } of Object.values(objects)) files.set(`fixtures/objects/${bucket}/${key}`, bytes);
  for (const [name, content] of Object.entries(formatFixtures)) files.set(`fixtures/formats/${name}`, content);
  files.set("fixtures/expected.json", jsonText(Object.fromEntries(cases.map((c) => [c.name, c.expected as never]))));
  files.set("fixtures/README.md", readme());
  files.set("samples/event.json", jsonText(sampleEvent()));
  for (const { bucket, key, bytes } of sampleObjects) files.set(`samples/buckets/${bucket}/${key}`, bytes);
  return files;
}

/** As Biome formats JSON: arrays of texts on one line. */
function jsonText(value: Json): string {
  const text = JSON.stringify(value, null, 2);
  return `${text.replace(/\[\n\s+("[^"\n]*")\n\s+\]/g, "[$1]")}\n`;
}

function readme(): string {
  return `# Fixtures

Events as AWS sends them, by source and case, and the objects that they name. All of it is written by
\`node tooling/make-fixtures.ts\`, which gives the same bytes each time; account 123456789012 and example.com are AWS's and
IANA's names for examples.

- \`events/<source>/<case>.json\`: what Lambda hands over, all fields included.
- \`objects/<bucket>/<key>\`: the buckets as folders, keys decoded. \`sluice run --event E.json --root fixtures/objects\`.
- \`formats/<format>/<case>\`: objects and log events by the format that their content shows, and beside each the documents that
  come of it (\`.expected.ndjson\`).
- \`expected.json\`: the table below for programs, and what the trigger is to be answered.

What is to come of each, with one sink that takes everything. Units are what the trigger hears about (an SQS message, a
Kinesis record, an invocation); items are objects, log batches and stream records; ignored ones are known to carry no
records. In: records. Skipped: blank lines and headers, not among those in. Unparsed: records whose line doesn't fit its format.

${table(["event", "units ok", "units failed", "items", "ignored", "in", "skipped", "unparsed"], "about", cases.map(eventRow))}

${table(["object", "bytes", "records", "skipped", "unparsed"], undefined, Object.values(objects).map(objectRow))}
`;
}

type Row = readonly (string | number)[];

function eventRow({ name, about, expected: e }: EventCase): Row {
  return [name, e.units.ok, e.units.failed, e.items, e.ignored, e.in ?? "–", e.skipped, e.unparsed, about];
}

function objectRow(o: FixtureObject): Row {
  return [`${o.bucket}/${o.key}`, o.bytes.length, o.records ?? "–", o.skipped, o.unparsed];
}

/** In Markdown as Biome formats it; all columns but the first and the one for `words` are numbers. */
function table(names: readonly string[], words: string | undefined, rows: readonly Row[]): string {
  const head = words === undefined ? names : [...names, words];
  const right = head.map((_, i) => i > 0 && i < names.length);
  const widths = head.map((name, i) => Math.max(3, name.length, ...rows.map((row) => String(row[i]).length)));
  const line = (row: Row): string => {
    const cells = row.map((cell, i) => {
      const width = widths[i] as number;
      return right[i] === true ? String(cell).padStart(width) : String(cell).padEnd(width);
    });
    return `| ${cells.join(" | ")} |`;
  };
  const rule = widths.map((width, i) => (right[i] === true ? `${"-".repeat(width - 1)}:` : "-".repeat(width)));
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const old = globSync("fixtures/formats/**", { cwd: ROOT, withFileTypes: true });
  for (const file of old)
    if (file.isFile() && !file.name.endsWith(".expected.ndjson")) await rm(join(file.parentPath, file.name));
  for (const folder of GENERATED) await rm(join(ROOT, folder), { recursive: true, force: true });
  const files = fixtureFiles();
  for (const [path, content] of files) {
    await mkdir(dirname(join(ROOT, path)), { recursive: true });
    await writeFile(join(ROOT, path), content);
  }
  console.log(`${files.size} files written`);
}
