import { expect, test } from "vitest";
import http from "./index.ts";

const url = "https://in.example.com/v1";
const issues = (given: Record<string, unknown>): string[] =>
  http.options.safeParse(given).error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];

test("defaults", () => {
  expect(http.options.parse({ url })).toEqual({
    url,
    method: "POST",
    format: "ndjson",
    headers: {},
    compression: "none",
    compressionLevel: 1,
    requestTimeoutMs: 30_000,
    tls: { rejectUnauthorized: true },
  });
});

test.each([
  [{ url: "ftp://x.example" }, "url: expected an http:// or https:// URL"],
  [{ url: "not a url" }, "url: expected an http:// or https:// URL"],
  [{ url: "https://me:pw@x.example" }, "url: expected no credentials in the URL: use auth"],
  [{ url, headers: { "Content-Type": "x/y" } }, "headers.Content-Type: expected no header that Sluice sets itself"],
  [{ url, auth: { bearer: "key\u200b" } }, "auth.bearer: expected no characters beyond Latin-1 in a header value"],
  [{ url, headers: { a: "b\r\nc: d" } }, "headers.a: expected no line ends in a header value"],
  [{ url, auth: {} }, "auth: expected one of basic, bearer, header"],
  [{ url, auth: { bearer: "a", header: { name: "b", value: "c" } } }, "auth: expected one of basic, bearer, header"],
])("%j is refused", (given, issue) => {
  expect(issues(given)).toContain(issue);
});
