import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ObjectRef, SluiceError } from "@sluice/core";
import type { QueueTarget } from "@sluice/lambda-entry";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { CHANGED, fakeBucket } from "../backfill/fake-bucket.testing.ts";
import { type FakeOptions, fakeContext, outcomeOf } from "../fake-context.testing.ts";
import { main } from "../main.ts";

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "sluice-backfill-"));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

type Objects = (refs: readonly ObjectRef[], invocation: { again?: boolean } | undefined) => void;

/** The pipeline takes all; `failing` keys fail with a code. */
function pipeline(take: Objects, failing: ReadonlySet<string> = new Set()): NonNullable<FakeOptions["pipeline"]> {
  return {
    objects: async (refs, invocation) => {
      take(refs, invocation);
      const units = refs.map(({ key }) => {
        const error = failing.has(key) ? new SluiceError("ACCESS_DENIED", `${key}: denied`) : undefined;
        return { id: key, ok: error === undefined, items: 1, records: 2, error };
      });
      const failed = units.filter(({ ok }) => !ok).length;
      return outcomeOf({ in: refs.length * 2, units: { ok: refs.length - failed, failed } }, { units });
    },
  };
}

const QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012/logs";
const KEYS = ["app/dt=1/a.gz", "app/dt=1/b.gz", "app/dt=2/a.gz", "app/dt=2/c.txt", "app/top.gz", "other/x.gz"];

async function backfilled(argv: readonly string[], options: FakeOptions = {}) {
  const keys: string[] = [];
  const again: unknown[] = [];
  const take: Objects = (refs, invocation) => {
    keys.push(...refs.map(({ key }) => key));
    again.push(invocation?.again);
  };
  const context = fakeContext({ buckets: fakeBucket(KEYS), pipeline: pipeline(take), ...options });
  const code = await main(["backfill", ...argv], context);
  return { code, keys: keys.sort(), again, opened: context.opened, ...context.terminal.written };
}

test("everything under the prefix, as what may have been delivered before", async () => {
  const { code, keys, again, err, opened } = await backfilled(["s3://logs/app/"]);
  expect(opened).toMatchObject([{ addsToFiles: true }]);
  expect(keys).toEqual(KEYS.slice(0, 5));
  expect(new Set(again)).toEqual(new Set([true]));
  expect(code).toBe(0);
  expect(err).toContain("5 objects listed; 5 objects wanted, 50 B; 5 objects delivered, 0 failed");
});

test.each([
  [
    ["--match", "app/**/a.gz"],
    ["app/dt=1/a.gz", "app/dt=2/a.gz"],
  ],
  [
    ["--match", "**/*.gz", "--not", "*/dt=2/*"],
    ["app/dt=1/a.gz", "app/dt=1/b.gz", "app/top.gz"],
  ],
  [["--since", "2026-10-01"], KEYS.slice(0, 5)],
  [["--since", "2026-10-01T00:00:01"], []],
  [["--until", "2026-10-01T02:00:00+02:00"], []],
  [["--until", "2026-10-01T00:00:00.001Z"], KEYS.slice(0, 5)],
])("%j", async (flags, expected) => {
  expect((await backfilled(["s3://logs/app/", ...flags])).keys).toEqual(expected);
});

test("a folder's own object is none; one that is empty is", async () => {
  const buckets = fakeBucket([
    { key: "a/", size: 0, etag: "e", lastModified: CHANGED },
    { key: "a/x", size: 0, etag: "e", lastModified: CHANGED },
  ]);
  expect((await backfilled(["s3://logs"], { buckets })).keys).toEqual(["a/x"]);
});

test("a dry run delivers nothing, needs no config and keeps no state", async () => {
  const state = join(folder(), "state");
  const load = async (): Promise<never> => {
    throw new Error("not to be loaded");
  };
  const { code, keys, out, err } = await backfilled(["s3://logs/app/", "--dry-run", "--json", "--state", state], {
    load,
  });
  expect([code, keys]).toEqual([0, []]);
  expect(JSON.parse(out)).toEqual({ objects: { listed: 5, found: 5, bytes: 50, done: 0, failed: 0, complete: true } });
  expect(err).toContain("5 objects listed; 5 objects wanted, 50 B");
  expect(() => readFileSync(state)).toThrow();
});

test("what failed is named, kept, and delivered alone when it is asked for", async () => {
  const state = join(folder(), "state");
  const failing = new Set(["app/dt=1/b.gz", "app/top.gz"]);
  const first = await backfilled(["s3://logs/app/", "--state", state], { pipeline: pipeline(() => {}, failing) });
  expect(first.code).toBe(1);
  expect(first.err).toContain("failed: ACCESS_DENIED app/dt=1/b.gz");
  expect((await backfilled(["s3://logs/app/", "--state", state])).keys).toEqual([]);
  const one = new Set(["app/top.gz"]);
  const second = await backfilled(["s3://logs/app/", "--state", state, "--retry-failed"], {
    pipeline: pipeline(() => {}, one),
  });
  expect(second.code).toBe(1);
  const third = await backfilled(["s3://logs/app/", "--state", state, "--retry-failed"]);
  expect([third.code, third.keys]).toEqual([0, ["app/top.gz"]]);
  expect((await backfilled(["s3://logs/app/", "--state", state, "--retry-failed"])).keys).toEqual([]);
});

test("killed anywhere, it goes on without missing an object", async () => {
  const many = Array.from({ length: 40 }, (_, i) => `app/${i % 7}/${i % 3}/${i}`);
  const home = folder();
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 6 }), { maxLength: 6 }), fc.nat(), async (kills, cut) => {
      const state = join(home, `state-${runs++}`);
      const keys = new Set<string>();
      for (const calls of [...kills, Number.POSITIVE_INFINITY]) {
        let left = calls;
        const objects = pipeline((refs) => {
          if (left-- <= 0) throw new Error("killed");
          for (const { key } of refs) keys.add(key);
        });
        const options = { buckets: fakeBucket(many, 4), pipeline: objects };
        await backfilled(["s3://logs/app/", "--state", state, "--rate", "999/s", "--concurrency", "2"], options);
        // What was being written when it was killed is cut off.
        const text = readFileSync(state, "utf8");
        const head = text.split("\n").slice(0, 2).join("\n").length + 1;
        if (calls !== Number.POSITIVE_INFINITY && text.length > head)
          writeFileSync(state, text.slice(0, head + (cut % (text.length - head + 1))));
      }
      expect([...keys].sort()).toEqual([...many].sort());
    }),
    { numRuns: 30 },
  );
});

test("stopped, it says so, and what was cut short is done again", async () => {
  const state = join(folder(), "state");
  const stop = new AbortController();
  const objects = async (refs: readonly ObjectRef[]) => {
    stop.abort();
    const error = new SluiceError("DEADLINE", "not finished");
    const units = refs.map(({ key }) => ({ id: key, ok: false, items: 1, records: 0, error }));
    return outcomeOf({ units: { ok: 0, failed: refs.length } }, { units });
  };
  const stopped = await backfilled(["s3://logs/app/", "--state", state], { pipeline: { objects }, stop: stop.signal });
  expect(stopped.code).toBe(1);
  expect(stopped.err).toContain("the same command goes on from here");
  expect((await backfilled(["s3://logs/app/", "--state", state])).keys).toEqual(KEYS.slice(0, 5));
});

test("a time that was given as an age is that of the first run", async () => {
  const state = join(folder(), "state");
  const at = (now: number) => ({ now: () => now, sleep: async () => {} });
  const argv = ["s3://logs/app/", "--state", state, "--since", "1d"];
  await backfilled(argv, {
    clock: at(CHANGED + 1000),
    pipeline: { objects: () => Promise.reject(new Error("killed")) },
  });
  expect((await backfilled(argv, { clock: at(CHANGED + 10 * 86_400_000) })).keys).toEqual(KEYS.slice(0, 5));
});

test.each([
  [["s3://logs/app/", "--state", "S", "--match", "**"], "is of another backfill: its match is none"],
  [["s3://logs/other/", "--state", "S"], 'its prefix is "app/"'],
])("the state of another backfill isn't taken: %j", async (argv, problem) => {
  const state = join(folder(), "state");
  await backfilled(["s3://logs/app/", "--state", state]);
  const { code, err } = await backfilled(argv.map((each) => (each === "S" ? state : each)));
  expect([code, err]).toEqual([2, expect.stringContaining(problem)]);
});

test.each([
  [["logs"], "expected s3://bucket/prefix, got logs"],
  [[], "got nothing"],
  [["s3://a", "s3://b"], "got s3://a s3://b"],
  [["s3://a", "--since", "yesterday"], "--since yesterday: expected a date"],
  [["s3://a", "--since", "2026-02-30"], "--since 2026-02-30: expected a date"],
  [
    ["s3://a", "--since", "2026-11-21", "--until", "2026-11-20"],
    "--since and --until: expected the first to be before",
  ],
  [["s3://a", "--queue", "logs"], "--queue logs: expected the URL of a queue"],
  [["s3://a", "--rate", "fast"], "--rate fast: expected 100/s (objects) or 50MB/s"],
  [["s3://a", "--rate", "0/s"], "--rate 0/s"],
  [["s3://a", "--concurrency", "0"], "--concurrency 0: expected a number from 1"],
  [["s3://a", "--state", "/nosuch/state"], "--state /nosuch/state: ENOENT"],
  [["s3://a", "--retry-failed"], "--retry-failed goes with --state only"],
])("%j is bad usage", async (argv, problem) => {
  const { code, err } = await backfilled(argv);
  expect([code, err]).toEqual([2, expect.stringContaining(problem)]);
});

test("a file that is no state is left alone", async () => {
  const path = join(folder(), "notes");
  writeFileSync(path, "remember the milk\n");
  const { code, err } = await backfilled(["s3://logs/app/", "--state", path]);
  expect([code, err]).toEqual([2, expect.stringContaining("expected the state of a backfill")]);
  expect(readFileSync(path, "utf8")).toBe("remember the milk\n");
});

test("onto a queue: notifications as S3's own, marked, several objects in each", async () => {
  const bodies: string[] = [];
  const queueTarget: QueueTarget = {
    send: async (given) => {
      bodies.push(...given.map(({ body }) => body));
      return given.map(() => undefined);
    },
    close: () => {},
  };
  const keys = [...Array.from({ length: 25 }, (_, i) => `app/${i}`), "app/a b+ü%/c"];
  const { code, keys: direct } = await backfilled(["s3://logs/app/", "--queue", QUEUE], {
    buckets: fakeBucket(keys, 1000),
    queueTarget,
  });
  expect([code, direct]).toEqual([0, []]);
  const records = bodies.map((body) => JSON.parse(body).Records);
  expect(records.map(({ length }) => length)).toEqual([10, 10, 6]);
  expect(
    records
      .flat()
      .map(({ s3 }) => decodeURIComponent(s3.object.key.replaceAll("+", " ")))
      .sort(),
  ).toEqual(keys.sort());
  expect(records[0][0]).toMatchObject({
    eventSource: "aws:s3",
    eventName: "ObjectCreated:Put",
    awsRegion: "eu-west-1",
    s3: { bucket: { name: "logs" }, object: { size: 10, eTag: "e" } },
    sluice: { again: true },
  });
});

test("what the queue refuses fails, with its reason, and the rest doesn't", async () => {
  const queueTarget: QueueTarget = {
    send: async (given) => given.map((_, i) => (i === 0 ? "InternalError: no" : undefined)),
    close: () => {},
  };
  const keys = Array.from({ length: 15 }, (_, i) => `app/${String(i).padStart(2, "0")}`);
  const { code, err } = await backfilled(["s3://logs/app/", "--queue", QUEUE], {
    buckets: fakeBucket(keys, 1000),
    queueTarget,
  });
  expect(code).toBe(1);
  expect(err).toContain("5 objects sent to the queue, 10 failed");
  expect(err).toContain("failed: InternalError: no app/00");
});

test("the rate holds back what is begun", async () => {
  const waits: number[] = [];
  let now = 0;
  const clock = {
    now: () => now,
    sleep: async (ms: number) => {
      waits.push(ms);
      now += ms;
    },
  };
  const keys = Array.from({ length: 10 }, (_, i) => `app/${i}`);
  await backfilled(["s3://logs/app/", "--rate", "2/s"], { buckets: fakeBucket(keys, 1000), clock });
  expect(now).toBe(4000);
  await backfilled(["s3://logs/app/", "--rate", "20B/s"], { buckets: fakeBucket(keys, 1000), clock });
  expect(now).toBe(8000);
  expect(waits.every((ms) => ms <= 1000)).toBe(true);
});
