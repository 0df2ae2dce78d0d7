import { PassThrough, Writable } from "node:stream";
import { expect, test } from "vitest";
import { failWhenUnwritten } from "./terminal.ts";

test.each([
  ["ENOSPC", "standard output can't be written: ENOSPC\n", 1],
  ["EPIPE", "", 0],
])("%s on standard output", async (code, told, failures) => {
  const out = new Writable({ write: (_bytes, _encoding, done) => done(Object.assign(new Error(code), { code })) });
  const err = new PassThrough();
  let failed = 0;
  failWhenUnwritten(out, err, () => {
    failed += 1;
  });
  const ended = new Promise((resolve) => out.on("close", resolve));
  out.write("x");
  await ended;
  expect(failed).toBe(failures);
  expect(err.read()?.toString() ?? "").toBe(told);
});
