import { describe, expect, test } from "vitest";
import { elasticsearchOptions, opensearchOptions } from "./options.ts";

const url = "https://search.example:9243";
const problems = (value: unknown, options = elasticsearchOptions): string[] =>
  options.safeParse(value).error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];

test("defaults", () => {
  expect(elasticsearchOptions.parse({ url })).toEqual({
    url,
    target: "logs-{dataset}-{namespace}",
    dedupe: "stream",
    dedupeWindowMs: 3_600_000,
    compression: "gzip",
    compressionLevel: 1,
    requestTimeoutMs: 30_000,
    headers: {},
  });
});

describe("accepted", () => {
  test.each([
    { nodes: [url, "http://10.0.0.1:9200/prefix"] },
    { cloudId: "name:ZXhhbXBsZS5jb20kYWJjJGRlZg==" },
    { url, auth: { username: "u", password: "p" } },
    { url, auth: { bearer: "abc" } },
    { url, tls: { fingerprint: `${"AB:".repeat(31)}AB` } },
    { url, headers: { "X-Tenant": "a" }, pipeline: "clean" },
  ])("%j", (value) => {
    expect(problems(value)).toEqual([]);
  });

  test("a key with a newline at its end, as files have", () => {
    expect(elasticsearchOptions.parse({ url, auth: { apiKey: "abc==\n" } }).auth).toEqual({ apiKey: "abc==" });
  });
});

describe("refused", () => {
  test.each([
    [{}, "exactly one of url, nodes, cloudId"],
    [{ url, nodes: [url] }, "exactly one of"],
    [{ url: "search.example:9243" }, "url: expected a URL"],
    [{ url: "ftp://search.example" }, "url: expected a URL"],
    [{ url: `${url}?pretty` }, "url: expected a URL"],
    [{ nodes: [url, "nonsense"] }, "nodes.1: expected a URL"],
    [{ url, auth: {} }, "auth: expected one of"],
    [{ url, auth: { apiKey: "a", bearer: "b" } }, "auth: expected one of"],
    [{ url, auth: { username: "a" } }, "auth: expected one of"],
    [{ url, auth: { apiKey: "key\u200b" } }, "auth.apiKey: expected printable ASCII"],
    [{ url, auth: { apiKey: "two words" } }, "auth.apiKey: expected no white space"],
    [{ url, target: "Logs" }, "target: expected lower-case"],
    [{ url, tls: { ca: "/etc/ca.pem" } }, "tls.ca: expected a certificate as PEM text"],
    [{ url: "http://a", tls: { fingerprint: "ab".repeat(32) } }, "tls: expected https"],
    [{ url, headers: { "Content-Type": "text/plain" } }, "headers.Content-Type"],
    [{ url, headers: { "X-A": "a\r\nX-B: b" } }, "headers.X-A: expected printable ASCII"],
    [{ url, compression: "zstd" }, "compression"],
    [{ url, dedupe: "never" }, "dedupe"],
    [{ url, colour: "red" }, "colour"],
  ])("%j", (value, problem) => {
    expect(problems(value).join("\n")).toContain(problem);
  });

  test("credentials in a URL, without telling them", () => {
    for (const place of ["https://elastic:changeme@search.example", "elastic:changeme@search.example"]) {
      for (const value of [{ url: place }, { nodes: [place] }]) {
        const found = problems(value);
        expect(found).toEqual(["auth: expected credentials here, and none in the URL"]);
      }
    }
  });

  test("OpenSearch has no cloud id", () => {
    expect(problems({ cloudId: "a:b" }, opensearchOptions).join()).toContain("cloudId");
    expect(problems({}, opensearchOptions)).toEqual([": expected exactly one of url, nodes"]);
  });
});
