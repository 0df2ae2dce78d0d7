import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type DeadLetter, type Outcome, type Pipeline, parseConfig, type Resent, SluiceError } from "@sluice/core";
import { expect, onTestFinished, test } from "vitest";
import { fakeBucket } from "../backfill/fake-bucket.testing.ts";
import { type FakeContext, type FakeOptions, fakeContext, outcomeOf } from "../fake-context.testing.ts";
import { main } from "../main.ts";

interface Over {
  readonly sink?: string;
  readonly code?: string;
  readonly at?: string;
}

const id = (n: number): string => `1${"ab".repeat(16)}-${n * 10}-${n * 10 + 9}`;

const line = (n: number, { sink = "search", code = "mapping", at = "2026-01-01T00:00:00.000Z" }: Over = {}): string =>
  JSON.stringify({
    v: 1,
    id: id(n),
    sink,
    reason: { code, message: "no" },
    origin: { "aws.s3.bucket.name": "logs" },
    start: n * 10,
    end: n * 10 + 9,
    at,
    document: { message: `line ${n}` },
  });

const numberOf = (letter: DeadLetter): number => letter.start / 10;

/** The files, and what a pipeline was given of them; `answer` says what becomes of a letter, by its number. */
async function world(
  files: Readonly<Record<string, string>>,
  answer: (n: number, letter: DeadLetter) => Resent["fates"][number] = () => "delivered",
  more: Partial<Pipeline> & Pick<FakeOptions, "stop"> = {},
) {
  const cwd = await mkdtemp(join(tmpdir(), "sluice-replay-"));
  onTestFinished(() => rm(cwd, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(cwd, name)), { recursive: true });
    await writeFile(join(cwd, name), text);
  }
  const sent: number[] = [];
  const batches: number[] = [];
  const { stop, ...pipeline } = more;
  const resend: Pipeline["resend"] = async (letters) => {
    batches.push(letters.length);
    sent.push(...letters.map(numberOf));
    const fates = letters.map((letter) => answer(numberOf(letter), letter));
    const units = letters.map((letter, i) => {
      const error = fates[i] === "failed" ? new SluiceError("SINK_UNAVAILABLE", `${letter.sink} is down`) : undefined;
      return { id: letter.id, ok: error === undefined, items: 1, records: 1, error };
    });
    return { ...outcomeOf({}, { units }), fates };
  };
  const config = parseConfig({ sinks: { search: { type: "file", path: "x" } } }, "test");
  const load = async () => ({ config, name: "test", baseDir: ".", found: true });
  const run = async (...args: string[]): Promise<FakeContext & { exit: number }> => {
    const context = fakeContext({ cwd, load, pipeline: { resend, ...pipeline }, ...(stop && { stop }) });
    return { ...context, exit: await main(["replay", ...args], context) };
  };
  const json = async (...args: string[]) => {
    const { exit, terminal } = await run("--json", ...args);
    return { exit, err: terminal.written.err, ...JSON.parse(terminal.written.out) };
  };
  return { cwd, sent, batches, run, json };
}

test.each([
  [[], "expected DEADLETTERS"],
  [["nosuch"], "nosuch: no such file or directory"],
  [["s3:/bucket"], "s3:/bucket: expected s3://bucket/prefix"],
  [["--since", "yesterday", "."], "--since yesterday: expected a time"],
  [["--until", "2026-01-01T00:00", "."], "--until 2026-01-01T00:00: expected a time"],
  [["--since", "2026-02-30", "."], "--since 2026-02-30: expected a time"],
  [["--since", "2026-02-01", "--until", "2026-01-01", "."], "--since and --until"],
  [["--dry-run", "--delete", "."], "--dry-run and --delete"],
  [["--dry-run", "--state", "s", "."], "--dry-run and --state"],
  [["--state", "a.txt", "."], "--state"],
  [["--state", "nosuch/state", "."], "nosuch/state: ENOENT"],
])("%j is bad usage", async (args, message) => {
  const { run, sent } = await world({ "a.txt": "not a state" });
  const { exit, terminal } = await run(...args);
  expect(exit).toBe(2);
  expect(terminal.written.err).toContain(message);
  expect(sent).toEqual([]);
});

test("letters of files and folders, in their order, in one batch; a table by sink and reason", async () => {
  const { run, sent, batches } = await world({
    "dead/search/a.ndjson": `${line(1)}\n\n${line(2, { code: "other" })}`,
    "dead/search/b.ndjson": `${line(3)}\n`,
    "dead/search/c.ndjson.01234567-89ab-cdef-0123-456789abcdef.tmp": `${line(9)}\n`,
    "one.ndjson": `${line(4, { sink: "archive" })}\r\n`,
  });
  const { exit, terminal, calls, opened } = await run("dead", "one.ndjson", "one.ndjson");
  expect(exit).toBe(0);
  expect(opened).toMatchObject([{ addsToFiles: true }]);
  expect(sent).toEqual([1, 2, 3, 4]);
  expect(batches).toEqual([4]);
  expect(calls).toEqual(["check", "resend", "close"]);
  expect(terminal.written.err.split("\n")).toEqual([
    "sink     reason   letters  delivered  refused again  failed",
    "search   mapping        2          2              0       0",
    "search   other          1          1              0       0",
    "archive  mapping        1          1              0       0",
    "",
    "4 letters in 3 files",
    "",
  ]);
});

test("--dry-run counts, opens no pipeline, sends and deletes nothing", async () => {
  const { run, sent, cwd } = await world({ "dead/a": `${line(1)}\n${line(2, { sink: "archive" })}\n` });
  const { exit, terminal, opened } = await run("--dry-run", "--sink", "search", "dead");
  expect(exit).toBe(0);
  expect(opened).toEqual([]);
  expect(sent).toEqual([]);
  expect(terminal.written.err).toContain("search  mapping        1\n");
  expect(terminal.written.err).toContain("1 other left out");
  expect(await readdir(join(cwd, "dead"))).toEqual(["a"]);
});

test.each([
  [["--sink", "archive"], [2]],
  [
    ["--reason", "map*"],
    [1, 2],
  ],
  [
    ["--reason", "m*p*n*g"],
    [1, 2],
  ],
  [["--reason", "map"], []],
  [["--reason", "a.b"], [3]],
  [
    ["--since", "2026-01-02"],
    [3, 4],
  ],
  [["--since", "2026-01-01T12:00:00Z", "--until", "2026-01-03"], [3]],
  [
    ["--until", "2026-01-02T00:00:00+00:00"],
    [1, 2],
  ],
])("%j picks letters", async (args, expected) => {
  const { run, sent } = await world({
    a: [
      line(1),
      line(2, { sink: "archive" }),
      line(3, { code: "a.b", at: "2026-01-02T00:00:00.000Z" }),
      line(4, { code: "axb", at: "2026-01-03T00:00:00.000Z" }),
    ].join("\n"),
  });
  expect((await run(...args, "a")).exit).toBe(0);
  expect(sent).toEqual(expected);
});

test("a line that is none is told with its place; the others go on", async () => {
  const { json, sent } = await world({ "dead/a": `${line(1)}\n{"id":5}\nnonsense\n${line(2)}\n` });
  const { exit, malformed, delivered, err } = await json("--delete", "dead");
  expect(exit).toBe(1);
  expect({ malformed, delivered }).toEqual({ malformed: 2, delivered: { search: 2 } });
  expect(sent).toEqual([1, 2]);
  expect(err).toContain("dead/a:2: DEAD_LETTER_MALFORMED: id: Invalid input");
  expect(err).toContain("dead/a:3: DEAD_LETTER_MALFORMED: expected JSON");
});

test("--delete takes away what was delivered to the last letter, and nothing else", async () => {
  const { json, cwd } = await world(
    {
      "dead/all": `${line(1)}\n${line(2)}\n`,
      "dead/refused": `${line(3)}\n${line(4)}\n`,
      "dead/failed": `${line(5)}\n${line(6)}\n`,
      "dead/filtered": `${line(7)}\n${line(8, { sink: "archive" })}\n`,
      "dead/malformed": `${line(9)}\n{}\n`,
      "dead/empty": "",
    },
    (n) => (n === 4 ? "deadLettered" : n === 6 ? "failed" : "delivered"),
  );
  const summary = await json("--delete", "--sink", "search", "dead");
  expect(summary).toMatchObject({
    exit: 1,
    letters: 8,
    filtered: 1,
    malformed: 1,
    delivered: { search: 6 },
    deadLettered: { search: 1 },
    failed: { search: 1 },
    files: { read: 6, unread: 0, deleted: 2 },
  });
  expect(await readdir(join(cwd, "dead"))).toEqual(["failed", "filtered", "malformed", "refused"]);
});

test("a file whose last letter fills a batch is deleted, and counted, once", async () => {
  const { json, cwd } = await world({ "dead/a": Array.from({ length: 1000 }, (_, n) => `${line(n)}\n`).join("") });
  expect(await json("--delete", "dead")).toMatchObject({ exit: 0, letters: 1000, files: { deleted: 1 } });
  expect(await readdir(join(cwd, "dead"))).toEqual([]);
});

test("without --delete files stay", async () => {
  const { run, cwd } = await world({ "dead/a": line(1) });
  expect((await run("dead")).exit).toBe(0);
  expect(await readdir(join(cwd, "dead"))).toEqual(["a"]);
});

test("--state: what was settled isn't sent again, what failed is", async () => {
  let down = true;
  const { json, sent, cwd } = await world(
    { "dead/a": `${line(1)}\n${line(2)}\n{}\n`, "dead/b": `${line(3)}\n${line(4)}\n` },
    (n) => (down && n === 2 ? "failed" : n === 4 ? "deadLettered" : "delivered"),
  );
  expect(await json("--state", "dead/state", "dead")).toMatchObject({ exit: 1, letters: 4, malformed: 1 });
  down = false;
  expect(await json("--state", "dead/state", "dead")).toMatchObject({
    exit: 1,
    letters: 1,
    malformed: 1,
    delivered: { search: 1 },
  });
  expect(sent).toEqual([1, 2, 3, 4, 2]);

  await writeFile(join(cwd, "dead/a"), `${line(1)}\n${line(5)}\n`);
  await writeFile(join(cwd, "dead/state"), `${await readFile(join(cwd, "dead/state"), "utf8")}{"file":"dead/b","et`);
  expect(await json("--state", "dead/state", "--delete", "dead")).toMatchObject({ exit: 0, letters: 2 });
  expect(sent.slice(5)).toEqual([1, 5]);
  expect((await readdir(join(cwd, "dead"))).toSorted()).toEqual(["b", "state"]);
});

test("a state of another selection isn't taken", async () => {
  const { run, sent } = await world({ a: line(1) });
  expect((await run("--state", "s", "--sink", "archive", "a")).exit).toBe(0);
  const { exit, terminal } = await run("--state", "s", "a");
  expect(exit).toBe(2);
  expect(terminal.written.err).toContain("another selection");
  expect(sent).toEqual([]);
});

test("stopped on the way: what was sent is kept in the state, the rest comes with the next", async () => {
  const stop = new AbortController();
  const all = Array.from({ length: 2500 }, (_, i) => i);
  const text = all.map((n) => `${line(n)}\n`).join("");
  const { run, cwd, sent, batches } = await world(
    { a: text },
    (n) => {
      if (n === 1200) stop.abort();
      return "delivered";
    },
    { stop: stop.signal },
  );
  const { exit, terminal } = await run("--state", "s", "--delete", "a");
  expect(exit).toBe(1);
  expect(terminal.written.err).toContain("1 file not read to the end");
  expect(sent.length).toBeLessThan(all.length);
  expect(batches.every((size) => size <= 1000)).toBe(true);

  const next = await world({ a: text });
  await writeFile(
    join(next.cwd, "s"),
    (await readFile(join(cwd, "s"), "utf8")).replaceAll(await etagOf(cwd), await etagOf(next.cwd)),
  );
  expect((await next.run("--state", "s", "--delete", "a")).exit).toBe(0);
  expect([...sent, ...next.sent]).toEqual(all);
  expect(await readdir(next.cwd)).toEqual(["s"]);
});

/** What a state says of a file of this folder: by a replay that sends nothing of it. */
async function etagOf(cwd: string): Promise<string> {
  const context = fakeContext({ cwd });
  await main(["replay", "--state", "probe", "--sink", "none", "a"], context);
  const text = await readFile(join(cwd, "probe"), "utf8");
  await rm(join(cwd, "probe"));
  return JSON.parse(text.split("\n")[1] as string).etag;
}

test("a sink at fault is asked no more; letters of others go on", async () => {
  const lines = Array.from({ length: 3000 }, (_, n) => line(n, { sink: n % 2 === 0 ? "search" : "archive" }));
  const { json, sent } = await world({ "dead/mixed": lines.join("\n") }, (n) => (n % 2 === 0 ? "failed" : "delivered"));
  const summary = await json("dead");
  expect(summary).toMatchObject({ exit: 1, files: { unread: 1 } });
  expect(sent.filter((n) => n % 2 === 0)).toHaveLength(500);
  expect(summary.delivered.archive).toBeGreaterThan(500);
  expect(summary.err.match(/search is down/g)).toHaveLength(1);
});

const event = { Records: [{ eventSource: "aws:sqs", messageId: "m", body: "{}" }] };
const failed = {
  version: "1.0",
  timestamp: "2026-01-01T00:00:00.000Z",
  requestContext: {
    functionArn: "arn:aws:lambda:eu-west-1:123456789012:function:f:$LATEST",
    condition: "RetriesExhausted",
  },
  requestPayload: event,
};

test("what Lambda gave up goes through all of the pipeline, as the function had it", async () => {
  const handled: unknown[] = [];
  const answers: Outcome[] = [
    outcomeOf(),
    outcomeOf({}, { error: new SluiceError("OBJECT_MISSING", "gone") }),
    outcomeOf({ deadLettered: { search: 1 } }),
  ];
  const { json, cwd } = await world(
    {
      "dead/aws/lambda/one.json": JSON.stringify(failed),
      "dead/aws/lambda/two.json": JSON.stringify(failed),
      "dead/three.json": JSON.stringify(failed, null, 2),
      "dead/z.ndjson": line(1),
    },
    () => "delivered",
    {
      handle: async (value, invocation) => {
        handled.push([value, invocation]);
        return answers[handled.length - 1] ?? outcomeOf();
      },
    },
  );
  expect(await json("--delete", "dead")).toMatchObject({
    exit: 1,
    letters: 4,
    delivered: { "(events)": 1, search: 1 },
    deadLettered: { "(events)": 1 },
    failed: { "(events)": 1 },
    groups: [{ sink: "(events)", reason: "RetriesExhausted", letters: 3 }, { sink: "search" }],
  });
  expect(handled[0]).toEqual([
    failed,
    expect.objectContaining({ again: true, region: "eu-west-1", account: "123456789012" }),
  ]);
  expect((await readdir(join(cwd, "dead"), { recursive: true })).toSorted()).toEqual([
    "aws",
    "aws/lambda",
    "aws/lambda/two.json",
    "three.json",
  ]);
});

test("an object that can't be read costs itself", async () => {
  const { cwd } = await world({});
  await writeFile(join(cwd, "a"), line(1));
  const sent: string[] = [];
  const removed: string[] = [];
  const context = fakeContext({
    cwd,
    buckets: {
      ...fakeBucket(["dead/", "dead/x", "dead/y", "other"], 1),
      remove: async (bucket, key) => void removed.push(`${bucket}/${key}`),
    },
    reader: {
      read: async ({ key }, { start }) => {
        if (key === "dead/x") throw new SluiceError("ACCESS_DENIED", "no");
        const bytes = Buffer.from(line(1));
        const body = (async function* () {
          yield bytes.subarray(start);
        })();
        return { etag: "e", size: bytes.length, body };
      },
    },
    pipeline: {
      resend: async (letters) => {
        sent.push(...letters.map((letter) => letter.id));
        return { ...outcomeOf(), fates: letters.map(() => "delivered") };
      },
    },
  });
  expect(await main(["replay", "--delete", "s3://bucket/dead/"], context)).toBe(1);
  expect(context.terminal.written.err).toContain("s3://bucket/dead/x: ACCESS_DENIED: no");
  expect(sent).toEqual([id(1)]);
  expect(removed).toEqual(["bucket/dead/y"]);
});
