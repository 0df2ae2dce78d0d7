import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ByteWriter } from "./byte-writer.ts";

/** Any text that UTF-8 can hold, control characters and astral ones often. */
const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom('"', "\\", "/", "\u0000", "\u001f", "\u007f", "\u2028", "ü", "😀", "a", "\n") }),
);
/** UTF-16 with lone surrogates in it. */
const ill = fc
  .array(fc.constantFrom(0x61, 0x22, 0xd800, 0xdbff, 0xdc00, 0xdfff))
  .map((units) => String.fromCharCode(...units));

const written = (write: (out: ByteWriter) => void, capacity?: number): string => {
  const out = new ByteWriter(capacity);
  write(out);
  return out.view().toString("utf8");
};

describe("JSON", () => {
  test("jsonString is what JSON.stringify gives", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(written((out) => out.jsonString(text))).toBe(JSON.stringify(text));
      }),
    );
  });

  test("jsonText of a large text takes little more room than the text", () => {
    const text = `ü"${"x".repeat(1_000_000)}\n${"ü".repeat(300_000)}`;
    const out = new ByteWriter();
    out.jsonText(Buffer.from(text), 0, Buffer.byteLength(text));
    expect(out.view().toString()).toBe(JSON.stringify(text).slice(1, -1));
    expect(out.buffer.length).toBeLessThan(4_000_000);
  });

  test("jsonText is the inside of what JSON.stringify gives, whatever stands around the span", () => {
    const property = fc.property(anyText, anyText, (text, around) => {
      const [before, bytes] = [Buffer.from(around), Buffer.from(text)];
      const source = Buffer.concat([before, bytes, before]);
      const inside = written((out) => out.jsonText(source, before.length, before.length + bytes.length), 64);
      expect(inside).toBe(JSON.stringify(text).slice(1, -1));
    });
    fc.assert(property);
  });

  test("every byte below 0x80 is escaped as JSON.stringify does", () => {
    for (let code = 0; code < 0x80; code++) {
      const text = String.fromCharCode(code);
      expect(written((out) => out.jsonText(Buffer.from(text), 0, 1))).toBe(JSON.stringify(text).slice(1, -1));
    }
  });

  test("lone surrogates, which UTF-8 can't hold, become U+FFFD", () => {
    fc.assert(
      fc.property(ill, (text) => {
        expect(JSON.parse(written((out) => out.jsonString(text)))).toBe(text.toWellFormed());
      }),
    );
  });
});

describe("growing", () => {
  type Write = (out: ByteWriter) => void;
  const piece = fc.oneof(
    anyText.map((text): [Write, Buffer] => [(out) => out.utf8(text), Buffer.from(text)]),
    fc.uint8Array({ maxLength: 200 }).map((bytes): [Write, Buffer] => [(out) => out.bytes(bytes), Buffer.from(bytes)]),
    fc.nat(255).map((byte): [Write, Buffer] => [(out) => out.byte(byte), Buffer.from([byte])]),
    fc.maxSafeInteger().map((n): [Write, Buffer] => [(out) => out.integer(n), Buffer.from(String(n))]),
    fc.string().map((text): [Write, Buffer] => [(out) => out.ascii(text), Buffer.from(text, "latin1")]),
  );

  test("what was written stays as it was, however often the slab moves", () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const out = new ByteWriter(1);
        for (const [write] of pieces) write(out);
        expect(out.view()).toEqual(Buffer.concat(pieces.map(([, bytes]) => bytes)));
        expect(out.length).toBe(out.view().length);
      }),
    );
  });

  test("a span of bytes, short and long, is taken without what stands around it", () => {
    for (const size of [0, 1, 47, 48, 49, 500]) {
      const source = Uint8Array.from({ length: size + 6 }, (_, i) => i);
      const out = new ByteWriter(64);
      out.bytes(source, 3, size + 3);
      expect(out.view()).toEqual(Buffer.from(source.subarray(3, size + 3)));
    }
  });

  test("reserve doubles the slab, so that many small writes copy it seldom", () => {
    const out = new ByteWriter(64);
    let moves = 0;
    for (let i = 0, held = out.buffer; i < 100_000; i++, held = out.buffer) {
      out.byte(0x61);
      if (out.buffer !== held) moves += 1;
    }
    expect(moves).toBe(Math.ceil(Math.log2(100_000 / 64)));
  });
});

test("truncate takes back what was written since; what comes next stands in its place", () => {
  const out = new ByteWriter();
  out.ascii("kept|");
  const mark = out.length;
  out.utf8("taken bäck");
  out.truncate(mark);
  out.ascii("next");
  expect(out.view().toString()).toBe("kept|next");
  expect(out.view(mark).toString()).toBe("next");
  expect(out.view(0, mark).toString()).toBe("kept|");
});
