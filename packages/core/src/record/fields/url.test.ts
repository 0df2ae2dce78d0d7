import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Layout, LayoutValues } from "../layout.ts";
import { REQUEST_FIELDS, RequestFields, UrlFields } from "./url.ts";

const layout = new Layout(REQUEST_FIELDS);

/** What comes of bytes in the middle of others, by field. */
function fieldsOf(text: string, set: (bytes: Uint8Array, from: number, to: number, values: LayoutValues) => void) {
  const bytes = Buffer.from(`/?#:${text}/?#:x.y HTTP/9`);
  const values = new LayoutValues(layout);
  values.clear();
  set(bytes, 4, 4 + Buffer.byteLength(text), values);
  const known = layout.leaves.map(({ path }) => [path.replace(/^url\./, ""), values.get(path, bytes)] as const);
  return Object.fromEntries(known.filter(([, value]) => value !== undefined));
}

const url = (text: string) =>
  fieldsOf(text, (bytes, from, to, values) => new UrlFields(layout).set(bytes, from, to, values));
const request = (text: string) =>
  fieldsOf(text, (bytes, from, to, values) => new RequestFields(layout).set(bytes, from, to, values));

test.each<[string, Record<string, unknown>]>([
  ["-", {}],
  ["", {}],
  ["/", { path: "/" }],
  ["/a/b.tar.gz?x=1&y=2", { path: "/a/b.tar.gz", extension: "gz", query: "x=1&y=2" }],
  ["/a.b/c", { path: "/a.b/c" }],
  ["/a.", { path: "/a." }],
  ["/a?", { path: "/a" }],
  ["/a#top", { path: "/a", fragment: "top" }],
  ["/a?b=#c?d", { path: "/a", query: "b=", fragment: "c?d" }],
  ["http://www.example.com:80/a b", { scheme: "http", domain: "www.example.com", port: 80, path: "/a b" }],
  ["https://example.com?q", { scheme: "https", domain: "example.com", query: "q" }],
  ["https://ana:secret@example.com:8443/", { scheme: "https", domain: "example.com", port: 8443, path: "/" }],
  ["http://[2001:db8::1]:80/", { scheme: "http", domain: "2001:db8::1", port: 80, path: "/" }],
  ["http://[2001:db8::1]/", { scheme: "http", domain: "2001:db8::1", path: "/" }],
  ["http://host:80-/", { scheme: "http", path: "/" }],
  ["http://:80/", { scheme: "http", path: "/" }],
  ["http://", { scheme: "http" }],
  ["*", {}],
  ["example.com:443", {}],
])("%s", (text, expected) => {
  const whole = text === "-" || text === "" ? {} : { original: text };
  expect(url(text)).toEqual({ ...expected, ...whole });
});

test("a request line has a method, a URL that may hold spaces, and a version; - for what could not be read", () => {
  expect(request("GET /a b?c=d e HTTP/1.1")).toMatchObject({
    "http.request.method": "GET",
    path: "/a b",
    "http.version": "1.1",
  });
  expect(request("- - -")).toEqual({});
  expect(request("- http://h:80- -")).toEqual({ original: "http://h:80-", scheme: "http" });
  expect(request("GET")).toEqual({});
  expect(request("")).toEqual({});
  expect(request("GET / ")).toEqual({ "http.request.method": "GET", original: "/", path: "/" });
});

describe("of any text", () => {
  const parts = fc.stringMatching(/^[a-z/?#:@.[\]% é-]{0,30}$/);

  test("the parts of a path are those that URL finds", () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z./]{0,20}$/),
        fc.option(fc.stringMatching(/^[a-z=&?]{1,20}$/)),
        (path, query) => {
          const text = `http://h/${path}${query === null ? "" : `?${query}`}`;
          const { path: found, query: foundQuery } = url(text);
          expect(found).toBe(`/${path}`);
          expect(foundQuery).toBe(query ?? undefined);
        },
      ),
    );
  });

  test("a text that is in no record gives the same", () => {
    fc.assert(
      fc.property(parts, (text) => {
        const values = new LayoutValues(layout);
        values.clear();
        new UrlFields(layout).setText(text, values);
        const nothing = new Uint8Array(0);
        const known = layout.leaves.map(({ path }) => [path.replace(/^url\./, ""), values.get(path, nothing)] as const);
        expect(Object.fromEntries(known.filter(([, value]) => value !== undefined))).toEqual(url(text));
      }),
    );
  });
});
