import type { ServerResponse } from "node:http";
import type { Clock } from "@sluice/core";
import { describe, expect, onTestFinished, test } from "vitest";
import { bodyOf, localServer } from "../testing/local-server.testing.ts";
import { tempFolder } from "../testing/temp-folder.testing.ts";
import { createSecretStore, REFRESH_PAUSE_MS, SECRET_TTL_MS } from "./secrets.ts";

const CACHED = { refresh: false };
const ANEW = { refresh: true };

/** Answers by the operation's name (`AmazonSSM.GetParameter`) and its input. */
async function fakeAws(answer: (operation: string, input: Record<string, unknown>) => unknown) {
  const calls: string[] = [];
  const server = await localServer(onTestFinished, async (request, response) => {
    const operation = String(request.headers["x-amz-target"]);
    const input = JSON.parse(await bodyOf(request));
    calls.push(`${operation} ${JSON.stringify(input)}`);
    reply(response, answer(operation, input));
  });
  return { calls, aws: server.aws };
}

function reply(response: ServerResponse, value: unknown): void {
  const status = value instanceof Error ? 400 : 200;
  const body = value instanceof Error ? { __type: value.message, message: "no" } : value;
  response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(body));
}

function manualClock(): Clock & { at: number } {
  return { at: 1_000, now: () => clock.at, sleep: () => Promise.reject(new Error("not used")) };
}
let clock = manualClock();

describe("sources", () => {
  test("SSM decrypts in the one call", async () => {
    const { aws, calls } = await fakeAws(() => ({ Parameter: { Value: "v" } }));
    const store = createSecretStore({ env: {}, cwd: ".", aws });
    expect(await store.resolve("ssm:/logs/key", CACHED)).toBe("v");
    expect(calls).toEqual(['AmazonSSM.GetParameter {"Name":"/logs/key","WithDecryption":true}']);
  });

  test("|kms decrypts what the parameter holds", async () => {
    const { aws, calls } = await fakeAws((operation) =>
      operation.startsWith("AmazonSSM")
        ? { Parameter: { Value: "Y2lwaGVy" } }
        : { Plaintext: Buffer.from("plain").toString("base64") },
    );
    const store = createSecretStore({ env: {}, cwd: ".", aws });
    expect(await store.resolve("ssm:/logs/key|kms", CACHED)).toBe("plain");
    expect(calls[1]).toBe('TrentService.Decrypt {"CiphertextBlob":"Y2lwaGVy"}');
    expect(await store.resolve("kms:Y2lwaGVy", CACHED)).toBe("plain");
  });

  test("Secrets Manager gives the whole, or one key of its JSON", async () => {
    const { aws } = await fakeAws(() => ({ SecretString: '{"user":"u","port":9}' }));
    const store = createSecretStore({ env: {}, cwd: ".", aws });
    expect(await store.resolve("secretsmanager:db", CACHED)).toBe('{"user":"u","port":9}');
    expect(await store.resolve("secretsmanager:db#user", CACHED)).toBe("u");
    expect(await store.resolve("secretsmanager:db#port", CACHED)).toBe("9");
  });

  test("variables, and files without their last line end", async () => {
    const cwd = await tempFolder(onTestFinished, { "run/secret": "from file\n" });
    const store = createSecretStore({ env: { KEY: "from env" }, cwd });
    expect(await store.resolve("env:KEY", CACHED)).toBe("from env");
    expect(await store.resolve("file:run/secret", CACHED)).toBe("from file");
  });
});

describe("what can't be had names the reference, never the value", () => {
  test.each([
    ["env:NOPE", "no such variable"],
    ["file:nope", "ENOENT"],
    ["vault:x", "expected one of ssm"],
    ["ssm:/a|zip", "kms"],
    ["ssm:/gone", "ParameterNotFound"],
    ["secretsmanager:text#key", "not a JSON object"],
    ["secretsmanager:object#other", "no text under other"],
  ])("%s", async (reference, words) => {
    const { aws } = await fakeAws((operation, { SecretId }) => {
      if (operation.startsWith("AmazonSSM")) return new Error("ParameterNotFound");
      return { SecretString: SecretId === "text" ? "hunter2" : '{"key":"hunter2"}' };
    });
    const store = createSecretStore({ env: {}, cwd: ".", aws });
    const error = await store.resolve(reference, CACHED).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "SECRET_UNAVAILABLE" });
    expect(String(error)).toContain(reference);
    expect(String(error)).toContain(words);
    expect(JSON.stringify(error) + String((error as Error).cause)).not.toContain("hunter2");
  });
});

describe("the cache", () => {
  const setUp = async () => {
    clock = manualClock();
    let n = 0;
    const { aws, calls } = await fakeAws(() => ({ Parameter: { Value: `v${++n}` } }));
    return { calls, store: createSecretStore({ env: {}, cwd: ".", aws, clock }) };
  };

  test("shares one call among all who ask meanwhile", async () => {
    const { store, calls } = await setUp();
    const values = await Promise.all(Array.from({ length: 50 }, () => store.resolve("ssm:/a", CACHED)));
    expect(new Set(values)).toEqual(new Set(["v1"]));
    expect(calls).toHaveLength(1);
  });

  test("serves a value for its time to live", async () => {
    const { store, calls } = await setUp();
    await store.resolve("ssm:/a", CACHED);
    clock.at += SECRET_TTL_MS - 1;
    expect(await store.resolve("ssm:/a", CACHED)).toBe("v1");
    clock.at += 1;
    expect(await store.resolve("ssm:/a", CACHED)).toBe("v2");
    expect(calls).toHaveLength(2);
  });

  test("is passed by a refresh, whose value it then holds", async () => {
    const { store } = await setUp();
    await store.resolve("ssm:/a", CACHED);
    expect(await Promise.all([store.resolve("ssm:/a", ANEW), store.resolve("ssm:/a", ANEW)])).toEqual(["v2", "v2"]);
    expect(await store.resolve("ssm:/a", CACHED)).toBe("v2");
  });

  test("takes no second refresh at once, so that a wrong key is no storm", async () => {
    const { store, calls } = await setUp();
    await store.resolve("ssm:/a", ANEW);
    clock.at += REFRESH_PAUSE_MS - 1;
    await store.resolve("ssm:/a", ANEW);
    expect(calls).toHaveLength(1);
    clock.at += 1;
    expect(await store.resolve("ssm:/a", ANEW)).toBe("v2");
  });

  test("holds no failures", async () => {
    let fails = true;
    const { aws } = await fakeAws(() => (fails ? new Error("ParameterNotFound") : { Parameter: { Value: "v" } }));
    const store = createSecretStore({ env: {}, cwd: ".", aws });
    await expect(store.resolve("ssm:/a", CACHED)).rejects.toMatchObject({ code: "SECRET_UNAVAILABLE" });
    fails = false;
    expect(await store.resolve("ssm:/a", CACHED)).toBe("v");
  });
});
