import fc from "fast-check";

/** What means something in JSON, or looks so. */
const TRICKY = [
  '"',
  "\\",
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  '\\"',
  "\\\\",
  "\n",
  "\t",
  "\u0001",
  "ü",
  "😀",
  "Records",
  "a",
];

export const trickyText: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(...TRICKY), { maxLength: 12 })
  .map((parts) => parts.join(""));

const long = fc.nat({ max: 200 }).map((size) => "x\\".repeat(size));

export const jsonValue: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(null, true, false, 0, -1.5e-7),
    trickyText,
    long,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(trickyText, tie("value"), { maxKeys: 4 }),
  ),
})).value;

export const jsonObject: fc.Arbitrary<Record<string, unknown>> = fc.dictionary(trickyText, jsonValue, { maxKeys: 5 });

export const space: fc.Arbitrary<string> = fc.constantFrom("", "", " ", "\n", "\r\n", "\t  ");

export const indent: fc.Arbitrary<number | string | undefined> = fc.constantFrom(undefined, 1, "\t");
