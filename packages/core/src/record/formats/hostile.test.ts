import { Buffer } from "node:buffer";
import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ByteWriter } from "../../bytes/byte-writer.ts";
import { contextOf } from "../context.ts";
import { encodeDocument } from "../document.ts";
import { objectOrigin } from "../origin.ts";
import { ARRIVAL, parseUnique, settingsOf } from "../read-records.testing.ts";
import { RecordCursor } from "../record.ts";
import type { Format } from "./format.ts";
import { FORMATS } from "./index.ts";

const FOLDER = fileURLToPath(new URL("../../../../../fixtures/formats/", import.meta.url));

/** Lines and events of the fixtures, by the format that they are of. */
function linesOf(format: string): readonly string[] {
  const files = globSync(`${format}/**/*`, { cwd: FOLDER, withFileTypes: true }).filter(
    (entry) => entry.isFile() && !entry.name.endsWith(".expected.ndjson"),
  );
  return files.flatMap(({ parentPath, name }) => {
    const stored = readFileSync(`${parentPath}/${name}`);
    const text = (name.endsWith(".gz") ? gunzipSync(stored) : stored).toString("utf8");
    if (!name.endsWith(".logs.json")) return text.split("\n").slice(0, 50);
    const { logEvents } = JSON.parse(text) as { readonly logEvents: readonly { readonly message: string }[] };
    return logEvents.map(({ message }) => message);
  });
}

const ORIGIN = objectOrigin({ store: "s3", bucket: "b", key: "k" }, "e", undefined, ARRIVAL);

interface Outcome {
  readonly result: string;
  readonly document: Readonly<Record<string, unknown>>;
}

class Subject {
  readonly #cursor: RecordCursor;
  readonly #parse: ReturnType<Format["parser"]>;

  constructor(format: Format, fields = true) {
    this.#cursor = new RecordCursor(contextOf(ORIGIN, settingsOf({ format, fields }), format));
    this.#parse = format.parser({ fields });
  }

  result(bytes: Uint8Array): string {
    this.#cursor.move(bytes, 0, bytes.length, 0);
    return this.#parse(this.#cursor);
  }

  /** Among other bytes, so that a look beyond the record is seen. */
  read(text: string): Outcome {
    const bytes = Buffer.from(`"}${text}"}]\n`);
    this.#cursor.move(bytes, 2, bytes.length - 4, 0);
    const result = this.#parse(this.#cursor);
    const out = new ByteWriter();
    encodeDocument(this.#cursor, out);
    return { result, document: parseUnique(out.view().toString("utf8")) as Outcome["document"] };
  }
}

/** Pieces of real lines, put together anew, and single characters that mean something somewhere. */
function mutants(lines: readonly string[]): fc.Arbitrary<string> {
  const line = fc.constantFrom(...lines);
  const piece = fc
    .tuple(line, fc.nat(400), fc.nat(200))
    .map(([text, from, size]) => text.slice(from, from + size).toWellFormed());
  const odd = fc.constantFrom(
    '"',
    "\\",
    "\t",
    " ",
    "-",
    "[",
    "]",
    "{",
    "}",
    ":",
    ",",
    "=",
    "#",
    "\0",
    "\u2028",
    "é",
    "😀",
  );
  const cut = fc.tuple(line, fc.nat(), odd).map(([text, at, insert]) => {
    const place = at % (text.length + 1);
    return (text.slice(0, place) + insert + text.slice(place + (at % 3))).toWellFormed();
  });
  return fc.oneof(
    cut,
    fc.array(fc.oneof(piece, odd), { maxLength: 6 }).map((all) => all.join("")),
  );
}

const UNITS = [
  "a",
  " ",
  "[",
  "]",
  '"',
  "\\",
  "{",
  '{"a":',
  "=",
  "a=b ",
  ": ",
  ", ",
  "- ",
  "#",
  "\t",
  "a.b(",
  "2026-11-03 09:05:00 ",
];

describe.each(FORMATS.map((format) => [format.name, format] as const))("%s", (name, format) => {
  const lines = linesOf(name).filter((line) => line !== "");

  // Those without fixtures here have tests of their own.
  if (lines.length > 0)
    test("mutilated lines give valid documents, each with one result", () => {
      const subject = new Subject(format);
      const raw = new Subject(format, false);
      fc.assert(
        fc.property(mutants(lines), (text) => {
          const { result, document } = subject.read(text);
          expect(["record", "skip", "unparsed"]).toContain(result);
          expect(typeof document.message).toBe("string");
          if (result === "unparsed") expect(document.message).toBe(text);
          expect(raw.read(text).document.message).toBe(text);
        }),
        { numRuns: 300 },
      );
    });

  test("long lines of anything take time that grows with their length alone", () => {
    const subject = new Subject(format);
    const heads = ["", lines[0]?.slice(0, 60) ?? "", lines.at(-1)?.slice(0, 30) ?? ""];
    for (const head of new Set(heads))
      for (const unit of UNITS) {
        const bytes = Buffer.from(head + unit.repeat(100_000 / unit.length));
        expect(subject.result(bytes)).toMatch(/^(?:record|skip|unparsed)$/);
      }
  });
});
