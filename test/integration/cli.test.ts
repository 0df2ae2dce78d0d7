import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createAdapters, main, type Terminal } from "@sluice/cli";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

// The command line as a user's shell starts it: a process of its own, from the sources.

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const FIXTURES = join(ROOT, "fixtures");
const OBJECTS = join(FIXTURES, "objects");

interface Expected {
  readonly units: { readonly ok: number; readonly failed: number };
  readonly items: number;
  readonly ignored: number;
  readonly in: number | null;
  readonly skipped: number;
  readonly response?: unknown;
}

const table: Readonly<Record<string, Expected>> = JSON.parse(readFileSync(join(FIXTURES, "expected.json"), "utf8"));
const eventFile = (name: string): string => join(FIXTURES, "events", `${name}.json`);

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "sluice-cli-"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

interface Ended {
  readonly exitCode: number | null;
  readonly out: string;
  readonly err: string;
}

function sluice(...args: readonly string[]): Promise<Ended> {
  const { SLUICE_CONFIG: _, ...env } = process.env;
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [join(ROOT, "tooling/sluice.ts"), ...args],
      { env: { ...env, INIT_CWD: dir }, maxBuffer: 2 ** 26 },
      (_error, out, err) => resolve({ exitCode: child.exitCode, out, err }),
    );
    child.stdin?.end();
  });
}

/** The same within this process, where only what a command says is of interest. */
async function sluiceHere(...args: readonly string[]): Promise<Ended> {
  const said = { out: "", err: "" };
  const signal = new AbortController().signal;
  const terminal: Terminal = {
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
    outIsTty: false,
    errIsTty: false,
    outGone: signal,
    columns: () => 80,
  };
  const adapters = createAdapters({ env: {}, cwd: dir });
  const exitCode = await main(args, { terminal, adapters, cwd: dir, stop: signal, readStdin: async () => "" });
  return { exitCode, ...said };
}

const oneLine = (out: string): unknown => {
  expect(out.match(/\n/g)).toHaveLength(1);
  return JSON.parse(out);
};

const lines = (text: string): { readonly [name: string]: unknown }[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

/** What a caller is answered that waits for an invocation as a whole. */
function waitedFor({ skipped }: Expected, records: number): object {
  const delivered = records === 0 ? {} : { all: records };
  const none = { added: 0, filtered: 0, superseded: 0, deadLettered: {}, dropped: {}, continued: {}, copied: {} };
  return {
    status: "delivered",
    items: expect.any(Number),
    handedOver: 0,
    errors: {},
    in: records,
    skipped,
    delivered,
    ...none,
  };
}

describe.concurrent("every recorded event", () => {
  test.each(Object.entries(table))("%s: counts, answer and exit code", async (name, expected) => {
    const config = join(dir, `${name.replace("/", "-")}.yaml`);
    const file = join(dir, `${name.replace("/", "-")}.ndjson`);
    await writeFile(
      config,
      `sinks: { all: { type: file, path: ${JSON.stringify(file)} } }\ntriggers: { firehose: { mode: deliver } }\n`,
    );
    const ended = await sluice("run", "--config", config, "--event", eventFile(name), "--root", OBJECTS, "--json");
    const summary = oneLine(ended.out) as { readonly in: number };
    const records = expected.in ?? summary.in;
    expect(summary).toEqual({
      in: records,
      skipped: expected.skipped,
      added: 0,
      filtered: 0,
      delivered: records === 0 ? {} : { all: records },
      deadLettered: {},
      failed: {},
      dropped: {},
      units: expected.units,
      response: expected.response ?? (name.startsWith("kafka/") ? null : waitedFor(expected, records)),
    });
    expect(ended.exitCode).toBe(expected.units.failed === 0 ? 0 : 1);
    expect(lines(existsSync(file) ? readFileSync(file, "utf8") : "")).toHaveLength(records);
  });

  test.each(Object.entries(table))("%s: explained", async (name, { items, ignored }) => {
    const ended = await sluiceHere("explain", "--root", OBJECTS, eventFile(name), "--json");
    const explained = oneLine(ended.out) as { ok: boolean; items: { status: string; what: string }[] };
    const found = { items: 0, ignored: 0, bad: 0 };
    for (const { status, what } of explained.items) {
      if (status === "ignored") found.ignored++;
      else if (what !== "undecodable") found.items++;
      if (status === "undecodable") found.bad++;
    }
    expect(found).toMatchObject({ items, ignored });
    expect(explained.ok).toBe(found.bad === 0);
    expect(ended.exitCode).toBe(explained.ok ? 0 : 1);
  });
});

describe.concurrent("run", () => {
  test("one bad message of ten fails alone, and people are told which and why", async () => {
    const { exitCode, err } = await sluice("run", "--event", eventFile("sqs/malformed-body"), "--root", OBJECTS);
    expect(exitCode).toBe(1);
    expect(err).toMatch(/^9 +1 +96 +5 /m);
    expect(err).toMatch(/1 unit: EVENT_MALFORMED: .*key: expected text, got nothing \(sqs [0-9a-f-]{36}\)/);
  });

  test("without a config documents go to standard output, with ids that stay the same", async () => {
    const once = await sluice("run", "--event", eventFile("s3/copy"), "--root", OBJECTS);
    const twice = await sluice("run", "--event", eventFile("s3/copy"), "--root", OBJECTS);
    expect(once.exitCode).toBe(0);
    expect(lines(once.out)).toHaveLength(12);
    expect(twice.out).toBe(once.out);
  });

  test("a directory is read whole, each file a unit; files cut off fail alone", async () => {
    const { exitCode, out } = await sluice(
      "run",
      join(OBJECTS, "acme-app-logs"),
      join(OBJECTS, "acme-elb-logs"),
      "--json",
    );
    expect(oneLine(out)).toMatchObject({ skipped: 5, units: { ok: 16, failed: 2 } });
    expect(exitCode).toBe(1);
  });

  test.each([
    [
      "unknown key",
      "routs: []\nsinks: { a: { type: stdout } }\n",
      ["routs", "expected one of sources", "unknown key routs"],
    ],
    ["wrong option", "sinks: { a: { type: file, path: 5 } }\n", ["sinks.a.path", "expected string", "got number 5"]],
    [
      "unknown format",
      "sources: [{ format: nope }]\nsinks: { a: { type: stdout } }\n",
      ["sources[0].format", "alb", "nope"],
    ],
    [
      "unknown sink",
      "sinks: { a: { type: elastisearch } }\n",
      ["sinks.a.type", "expected one of", '"elastisearch"', "elasticsearch, opensearch"],
    ],
    ["no YAML", "sinks: [\n", ["CONFIG_INVALID"]],
  ])("%s: exit 2, naming file, key, expected and got", async (name, text, words) => {
    const file = `${name.replace(" ", "-")}.yaml`;
    await writeFile(join(dir, file), text);
    for (const command of [["run", file, "--json"], ["check"], ["explain", eventFile("s3/copy")]]) {
      const ended = await sluice(...command, "--config", file);
      expect(ended.exitCode).toBe(2);
      expect(ended.out).toBe("");
      for (const word of [file, ...words]) expect(ended.err).toContain(word);
    }
  });

  test("a config that isn't there, and a flag that isn't one", async () => {
    const missing = await sluice("run", "--config", "nope.yaml", OBJECTS);
    expect(missing).toMatchObject({ exitCode: 2, out: "" });
    expect(missing.err).toContain("nope.yaml");
    expect(await sluice("run", "--cofnig", "x")).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining("--cofnig"),
    });
  });
});

describe.concurrent("decode", () => {
  test("prints records in the order of the files, tells what it could not read", async () => {
    const { exitCode, out, err } = await sluice("decode", join(OBJECTS, "acme-app-logs/text"));
    expect(exitCode).toBe(1);
    const messages = lines(out).map(({ message }) => message);
    expect(messages.slice(0, 3)).toEqual(["eins", "zwei", "one"]);
    expect(messages).toContain("line\u2028separator");
    expect(messages).toContain("next\u0085line");
    expect(messages.slice(-3)).toEqual(["first", "second", "third, without a line end"]);
    expect(err).toContain("1 unit: OBJECT_TRUNCATED");
  });

  test("--raw leaves fields out, --ecs gives them", async () => {
    const file = join(OBJECTS, "acme-app-logs/elb/admin.log");
    const [ecs, raw] = await Promise.all([sluice("decode", file), sluice("decode", "--raw", file)]);
    expect(lines(ecs.out)).toHaveLength(10);
    expect(lines(ecs.out)[0]).toHaveProperty("http.response.status_code");
    expect(lines(raw.out)).toHaveLength(10);
    expect(lines(raw.out)[0]).not.toHaveProperty("http");
  });
});

describe.concurrent("check", () => {
  test("warns of sinks that can't tell duplicates, and of a missing dead-letter place", async () => {
    await writeFile(join(dir, "fine.yaml"), "sinks: { a: { type: file, path: out.ndjson } }\n");
    const { exitCode, out } = await sluice("check", "--config", "fine.yaml", "--connect", "--json");
    const report = oneLine(out) as { ok: boolean; warnings: string[] };
    expect(exitCode).toBe(0);
    expect(report.ok).toBe(true);
    expect(report.warnings.join("\n")).toMatch(/sinks\.a: file.*twice[\s\S]*deadLetter: none/);
    expect(existsSync(join(dir, "out.ndjson"))).toBe(false);
  });

  test("what a sink does without is a warning", async () => {
    const members =
      'dedupes: "always", encode() {}, send: async () => ({ kind: "delivered" }), caveats: async () => ["it may do less"]';
    const options = "{ parse: (value) => value, safeParse: (data) => ({ success: true, data }) }";
    await writeFile(join(dir, "wary.mjs"), `export default { options: ${options}, create: () => ({ ${members} }) };\n`);
    await writeFile(join(dir, "wary.yaml"), "sinks: { a: { type: ./wary.mjs } }\n");
    const { exitCode, out } = await sluice("check", "--config", "wary.yaml", "--connect", "--json");
    expect(exitCode).toBe(0);
    expect(oneLine(out)).toMatchObject({ ok: true, unreachable: [] });
    expect((oneLine(out) as { warnings: string[] }).warnings).toContain("sinks.a: it may do less");
  });

  test("exit 1 when a sink can't be reached", async () => {
    await writeFile(join(dir, "far.yaml"), 'sinks: { es: { type: elasticsearch, url: "http://127.0.0.1:9" } }\n');
    const { exitCode, out } = await sluice("check", "--config", "far.yaml", "--connect");
    expect(exitCode).toBe(1);
    expect(out).toMatch(/es +elasticsearch +\w/);
  });
});
