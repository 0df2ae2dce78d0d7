import { expect, test } from "vitest";
import { UsageError } from "../command.ts";
import { rowsOf } from "./list.ts";

test.each([
  ["a manifest", "logs,app/a.gz\nlogs,app/b.gz\r\n\nother,c,v1\n", ["logs app/a.gz", "logs app/b.gz", "other c v1"]],
  [
    "keys are URL-encoded, and cells may be quoted",
    '"logs","app/dt%3D1/a+b%2Bc%22.gz",""\n',
    ['logs app/dt=1/a b+c".gz'],
  ],
  [
    "a report's failed tasks, whatever their words are",
    'logs,a,,failed,200,PermanentFailure,"said: ""no"",\nand more, on\nlines"\nlogs,b,v2,failed,,,x\n',
    ["logs a", "logs b v2"],
  ],
  ["not those that were done", "logs,a,,succeeded,200,,2 records\nlogs,b,,Succeeded,200,,\n", []],
])("%s", (_, text, expected) => {
  const found = rowsOf(text, "list.csv").map(({ bucket, key, versionId = "" }) =>
    `${bucket} ${key} ${versionId}`.trim(),
  );
  expect(found).toEqual(expected);
});

test.each([
  ["logs\n", "list.csv:1: expected bucket,key or bucket,key,version"],
  ["logs,a\nlogs,\n", "list.csv:2: expected bucket,key"],
  ["logs,a\n\nlogs,%zz\n", "list.csv:3: expected a URL-encoded key, got %zz"],
  ['logs,"a\n', "list.csv:1: a quote that is never closed"],
  ['{"Format":"Report_CSV_20180820"}\n', "list.csv:1: a quote that"],
])("%j is bad usage", (text, message) => {
  expect(() => rowsOf(text, "list.csv")).toThrow(UsageError);
  expect(() => rowsOf(text, "list.csv")).toThrow(message);
});
