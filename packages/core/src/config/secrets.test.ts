import { describe, expect, test } from "vitest";
import { SluiceError } from "../errors.ts";
import type { SecretStore } from "../ports/secrets.ts";
import { hasSecret, resolveSecrets } from "./secrets.ts";

interface Asked extends SecretStore {
  readonly calls: { readonly reference: string; readonly refresh: boolean }[];
}

function storeOf(values: Readonly<Record<string, string>>): Asked {
  const calls: Asked["calls"] = [];
  return {
    calls,
    resolve: async (reference, { refresh }) => {
      calls.push({ reference, refresh });
      const value = values[reference];
      if (value === undefined) throw new SluiceError("SECRET_UNAVAILABLE", `${reference}: no such thing`);
      return value;
    },
  };
}

const VALUES = {
  "ssm:/logs/key": "s3cret",
  "ssm:/logs/key|kms": "plain of ciphertext",
  "secretsmanager:prod/es#apiKey": "key",
  "kms:AQICAHh+/=": "plain",
  "env:TOKEN": "tok",
  "file:/run/secrets/a b": "from file",
  "env:ODD": "$& ${env:TOKEN} $1 }",
};

test.each([
  ["${ssm:/logs/key}", "s3cret"],
  ["${ssm:/logs/key|kms}", "plain of ciphertext"],
  ["${secretsmanager:prod/es#apiKey}", "key"],
  ["${kms:AQICAHh+/=}", "plain"],
  ["${env:TOKEN}", "tok"],
  ["${file:/run/secrets/a b}", "from file"],
  ["https://${env:TOKEN}:${ssm:/logs/key}@host/${env:TOKEN}", "https://tok:s3cret@host/tok"],
  [
    "a value that looks like a placeholder is no placeholder: ${env:ODD}",
    "a value that looks like a placeholder is no placeholder: $& ${env:TOKEN} $1 }",
  ],
])("%s", async (text, expected) => {
  expect(hasSecret(text)).toBe(true);
  expect(await resolveSecrets(text, storeOf(VALUES), false)).toBe(expected);
});

test.each([
  "",
  "plain",
  "{dataset}",
  "${dataset}",
  "${env}",
  "${env:}",
  "${ENV:TOKEN}",
  "$env:TOKEN",
  "{env:TOKEN}",
  "${vault:x}",
  "${ env:TOKEN}",
  "${env:TOKEN",
  "dt={yyyy}-{MM}",
])("%s stays as it is, and nothing is asked", async (text) => {
  const store = storeOf(VALUES);
  expect(hasSecret(text)).toBe(false);
  expect(await resolveSecrets(text, store, false)).toBe(text);
  expect(store.calls).toEqual([]);
});

describe("in nested values", () => {
  const config = {
    url: "https://host",
    auth: { apiKey: "${ssm:/logs/key}" },
    headers: [{ name: "a", value: "Bearer ${env:TOKEN}" }, ["${env:TOKEN}", 7, null, true, undefined]],
    "${env:TOKEN}": 1,
  };

  test("every string is resolved, keys and other values are not; the config itself is left alone", async () => {
    const before = structuredClone(config);
    expect(hasSecret(config)).toBe(true);
    expect(await resolveSecrets(config, storeOf(VALUES), false)).toEqual({
      url: "https://host",
      auth: { apiKey: "s3cret" },
      headers: [{ name: "a", value: "Bearer tok" }, ["tok", 7, null, true, undefined]],
      "${env:TOKEN}": 1,
    });
    expect(config).toEqual(before);
  });

  test("without placeholders there is nothing to ask", () => {
    expect([{ a: [{ b: "x" }], c: null }, [], {}, null, undefined, 7].map(hasSecret)).toEqual([
      false,
      false,
      false,
      false,
      false,
      false,
    ]);
    expect([[["${env:A}"]], { a: { b: ["", "${kms:x}"] } }].map(hasSecret)).toEqual([true, true]);
  });

  test("a key named __proto__ stays a key", async () => {
    const hostile = JSON.parse('{"__proto__":{"polluted":"${env:TOKEN}"}}');
    const resolved = (await resolveSecrets(hostile, storeOf(VALUES), false)) as object;
    expect(Object.entries(resolved)).toEqual([["__proto__", { polluted: "tok" }]]);
    expect(Object.getPrototypeOf(resolved)).toBe(Object.prototype);
  });
});

test("a refresh is handed on to the store", async () => {
  const store = storeOf(VALUES);
  await resolveSecrets({ a: "${env:TOKEN}" }, store, true);
  await resolveSecrets({ a: "${env:TOKEN}" }, store, false);
  expect(store.calls).toEqual([
    { reference: "env:TOKEN", refresh: true },
    { reference: "env:TOKEN", refresh: false },
  ]);
});

test("the store's error comes through, and no half-resolved value", async () => {
  const resolving = resolveSecrets({ a: "${env:TOKEN}", b: ["${env:MISSING}"] }, storeOf(VALUES), false);
  await expect(resolving).rejects.toMatchObject({ code: "SECRET_UNAVAILABLE", message: "env:MISSING: no such thing" });
});
