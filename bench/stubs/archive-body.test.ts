import { expect, test } from "vitest";
import { readArchiveBody } from "./archive-body.ts";

test.each([
  ['{"a":1}\n{}\n', 2, undefined],
  ["", 0, "no documents"],
  ['{"a":1}\n{}', 1, "no line end after byte 8"],
  ["{}\n\n", 1, "no document at byte 3"],
  ["{}\n[]\n", 1, "no document at byte 3"],
])("%j", (text, documents, fault) => {
  expect(readArchiveBody(Buffer.from(text))).toEqual({ documents, fault });
});
