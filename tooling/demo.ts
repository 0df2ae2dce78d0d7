import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { SAMPLE_LINES } from "./make-fixtures-samples.ts";

/** Shows Sluice on this machine alone: a recorded event, buckets as folders, a file and an archive folder to deliver to. */

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const HERE = join(ROOT, ".cache/demo");
const SAMPLES = relative(HERE, join(ROOT, "samples"));
const INPUT = [`${SAMPLES}/event.json`, "--root", `${SAMPLES}/buckets`] as const;
const COLUMNS = 120;

interface Summary {
  readonly in: number;
  readonly filtered: number;
  readonly delivered: Readonly<Record<string, number>>;
  readonly units: { readonly ok: number; readonly failed: number };
  readonly response: { readonly batchItemFailures: readonly { readonly itemIdentifier: string }[] };
}

const problems: string[] = [];

function expect(what: string, actual: unknown, wanted: unknown): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(wanted)];
  if (a !== b) problems.push(`${what}: expected ${b}, got ${a}`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function heading(text: string): void {
  say(`\n== ${text}`);
}

/** Runs the command line as a user would, and shows what it says to people. */
function sluice(args: readonly string[], shown: readonly string[] = args): { out: string; exitCode: number } {
  say(`$ sluice ${shown.join(" ")}\n`);
  const child = spawnSync(process.execPath, [join(ROOT, "tooling/sluice.ts"), ...args], {
    cwd: HERE,
    env: { ...process.env, INIT_CWD: HERE },
    encoding: "utf8",
  });
  if (child.stderr !== "") say(fold(child.stderr.trimEnd()));
  return { out: child.stdout, exitCode: child.status ?? -1 };
}

/** Long lines are cut in their middle, for a terminal's sake. */
function fold(text: string): string {
  return text
    .split("\n")
    .map((line) => (line.length <= COLUMNS ? line : `${line.slice(0, COLUMNS - 34)}…${line.slice(-33)}`))
    .join("\n");
}

function run(): Summary {
  const { out, exitCode } = sluice(["run", "--config", `${SAMPLES}/sluice.yaml`, "--event", ...INPUT, "--json"]);
  // One of the messages is malformed on purpose.
  expect("exit code of run", exitCode, 1);
  return JSON.parse(out);
}

interface Delivered {
  readonly documents: readonly { readonly [name: string]: unknown }[];
  readonly ids: readonly string[];
  readonly archived: readonly string[];
}

function delivered(): Delivered {
  const documents = lines(readFileSync(join(HERE, "out/search.ndjson")));
  const files = globSync("out/archive/**/*.gz", { cwd: HERE });
  const archived = files.flatMap((file) => lines(gunzipSync(readFileSync(join(HERE, file)))));
  return { documents, ids: documents.map(idOf).sort(), archived: archived.map(idOf).sort() };
}

function lines(bytes: Uint8Array): { [name: string]: unknown }[] {
  const text = Buffer.from(bytes).toString("utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

function idOf(document: { readonly [name: string]: unknown }): string {
  return (document.sluice as { id: string }).id;
}

function checkCounts(summary: Summary, { ids, archived }: Delivered, malformed: string): void {
  expect("records in", summary.in, SAMPLE_LINES.shop + SAMPLE_LINES.api);
  expect("units", summary.units, { ok: 3, failed: 1 });
  expect("answer to SQS", summary.response, { batchItemFailures: [{ itemIdentifier: malformed }] });
  const routed = summary.in - summary.filtered;
  expect("delivered", summary.delivered, { search: routed, archive: routed });
  expect("documents in out/search.ndjson", ids.length, routed);
  expect("distinct ids", new Set(ids).size, routed);
  expect("ids in out/archive", archived, ids);
}

function demo(): void {
  rmSync(HERE, { recursive: true, force: true });
  mkdirSync(HERE, { recursive: true });
  const event = JSON.parse(readFileSync(join(ROOT, "samples/event.json"), "utf8"));
  const malformed: string = event.Records[3].messageId;

  heading("An event as SQS hands it to Lambda: four messages of four shapes");
  const explained = sluice(["explain", "--config", `${SAMPLES}/sluice.yaml`, "--root", INPUT[2], INPUT[0]]);
  say(fold(explained.out.trimEnd()));
  expect("exit code of explain", explained.exitCode, 1);

  heading("Deliver it: to a file, and to an archive folder");
  const first = run();
  const before = delivered();
  checkCounts(first, before, malformed);
  for (const file of globSync("out/**/*.{ndjson,gz}", { cwd: HERE }).sort()) say(`.cache/demo/${file}`);

  heading("What Lambda answers SQS: the malformed message alone comes back, the others are done with");
  say(JSON.stringify(first.response));

  heading("One of the documents, under the names of the Elastic Common Schema");
  for (const [name, value] of Object.entries(before.documents[0] ?? {}))
    say(fold(`  ${name}: ${JSON.stringify(value)}`));

  heading("The same event once more, as when SQS delivers twice");
  const second = run();
  const after = delivered();
  checkCounts(second, after, malformed);
  expect("ids of the second run", after.ids, before.ids);
  say(
    `\n${before.ids.length} ids, and the same ones again: made from bucket, key, etag and place in the file, so that`,
  );
  say("Elasticsearch refuses what it already has, and nothing doubles.");

  heading("Next: send the same to Elasticsearch");
  say("$ ELASTICSEARCH_URL=http://localhost:9200 npx -y pnpm@12.21.0 --silent sluice run \\");
  say("    --config samples/elasticsearch.yaml --event samples/event.json --root samples/buckets");
}

demo();
if (existsSync(join(HERE, "out/dead-letters"))) problems.push("dead letters: expected none");
for (const problem of problems) console.error(`demo: ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;
