import { expect, test } from "vitest";
import type { Deadline } from "../ports/deadline.ts";
import { NO_DEADLINE } from "../ports/deadline.ts";
import type { CopyResult } from "../ports/sink.ts";
import { DELIVERED } from "../ports/sink.ts";
import { fakeClock } from "../testing/fake-clock.ts";
import { type Copied, copyPatiently } from "./copying.ts";

const REASON = { code: "TEST", message: "as told" };
const RETRY: CopyResult = { kind: "retry", reason: REASON };
const UNAUTHORIZED: CopyResult = { kind: "unauthorized", reason: REASON };
const REFUSED: CopyResult = { kind: "refused", reason: REASON, of: "object" };

interface Told {
  readonly copied: Copied;
  readonly attempts: number;
  readonly renewals: number;
}

async function told(
  results: readonly (CopyResult | Error)[],
  { deadline = NO_DEADLINE, renews = true, signal = new AbortController().signal } = {},
): Promise<Told> {
  let attempts = 0;
  let renewals = 0;
  const patience = {
    retry: { attempts: 4, minDelayMs: 1, maxDelayMs: 2 },
    clock: fakeClock(),
    deadline: deadline as Deadline,
    reserveMs: 0,
    signal,
  };
  const attempt = async (): Promise<CopyResult> => {
    const result = results[Math.min(attempts++, results.length - 1)] as CopyResult | Error;
    if (result instanceof Error) throw result;
    return result;
  };
  const renew = async (): Promise<void> => {
    renewals += 1;
    if (!renews) throw new Error("no new ones");
  };
  return { copied: await copyPatiently(patience, attempt, renew), attempts, renewals };
}

test("what passes is waited for", async () => {
  expect(await told([RETRY, RETRY, DELIVERED])).toMatchObject({ copied: DELIVERED, attempts: 3 });
});

test("what doesn't is the sink's fault, once the attempts are used up", async () => {
  expect(await told([RETRY])).toMatchObject({
    copied: { kind: "failed", reason: { code: "TEST", message: "gave up: as told" } },
    attempts: 4,
  });
});

test("no attempt follows a Retry-After beyond the deadline", async () => {
  const deadline = { remainingMs: () => 5000 };
  const told1 = await told([{ ...RETRY, afterMs: 60_000 } as CopyResult], { deadline });
  expect(told1).toMatchObject({ copied: { kind: "failed" }, attempts: 1 });
});

test("a refusal is final", async () => {
  expect(await told([REFUSED])).toMatchObject({ copied: REFUSED, attempts: 1 });
});

test("credentials are renewed once", async () => {
  expect(await told([UNAUTHORIZED, DELIVERED])).toMatchObject({ copied: DELIVERED, attempts: 2, renewals: 1 });
  expect(await told([UNAUTHORIZED])).toMatchObject({
    copied: { kind: "refused", of: "bucket" },
    attempts: 2,
    renewals: 1,
  });
  expect(await told([UNAUTHORIZED], { renews: false })).toMatchObject({
    copied: { kind: "refused", of: "bucket" },
    attempts: 1,
  });
});

test("a sink that throws refuses the object", async () => {
  expect(await told([new Error("a bug")])).toMatchObject({ copied: { kind: "refused", of: "object" }, attempts: 1 });
});

test("stopped, it fails", async () => {
  const controller = new AbortController();
  controller.abort(new Error("the deadline"));
  expect(await told([RETRY], { signal: controller.signal })).toMatchObject({ copied: { kind: "failed" } });
});
