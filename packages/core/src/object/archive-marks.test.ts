import fc from "fast-check";
import { expect, test } from "vitest";
import { marksOf, metadataOf } from "./archive-marks.ts";

const text = fc.string({ unit: "binary", minLength: 1, maxLength: 60 });

test("what an archive says of its objects comes back from their metadata, in ASCII", () => {
  const source = fc.record({
    bucket: text,
    key: text,
    etag: text,
    region: fc.option(text, { nil: undefined }),
    account: fc.option(text, { nil: undefined }),
    lastModified: fc.option(fc.nat(), { nil: undefined }),
  });
  fc.assert(
    fc.property(source, fc.nat(), (of, start) => {
      const metadata = metadataOf({ kind: "lines", source: of, start });
      expect(Object.entries(metadata).join("")).toMatch(/^[\x21-\x7e]*$/);
      expect(marksOf(metadata)).toEqual({ kind: "lines", source: of, start });
    }),
  );
  expect(marksOf(metadataOf({ kind: "documents" }))).toEqual({ kind: "documents" });
});

test("a key too long for metadata is left out rather than cut", () => {
  const metadata = metadataOf({ kind: "lines", source: { bucket: "b", key: "ü".repeat(500), etag: "e" }, start: 7 });
  expect(marksOf(metadata)).toEqual({ kind: "lines", start: 0 });
});

test.each([
  [undefined, undefined],
  [{ author: "x" }, undefined],
  [{ sluice: "other" }, undefined],
  [{ sluice: "lines", "sluice-bucket": "b", "sluice-key": "%zz", "sluice-etag": "e", "sluice-start": "0" }, "lost"],
  [{ sluice: "lines", "sluice-bucket": "b", "sluice-key": "k", "sluice-etag": "e", "sluice-start": "-1" }, "lost"],
  [{ sluice: "lines", "sluice-bucket": "b", "sluice-key": "k", "sluice-start": "1" }, "lost"],
])("%j", (metadata, expected) => {
  expect(marksOf(metadata)).toEqual(expected === "lost" ? { kind: "lines", start: 0 } : undefined);
});
