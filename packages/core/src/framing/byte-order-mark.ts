export interface ByteOrderMark {
  /** In bytes; 0 when there is none. */
  readonly length: number;
  readonly encoding: "utf8" | "utf16le" | "utf16be";
}

const NONE: ByteOrderMark = { length: 0, encoding: "utf8" };
const MARKS: readonly (readonly [bytes: readonly number[], mark: ByteOrderMark])[] = [
  [[0xef, 0xbb, 0xbf], { length: 3, encoding: "utf8" }],
  [[0xff, 0xfe], { length: 2, encoding: "utf16le" }],
  [[0xfe, 0xff], { length: 2, encoding: "utf16be" }],
];

/** What the first bytes of a text say of its encoding: UTF-8 unless they are another's mark. */
export function byteOrderMark(head: Uint8Array): ByteOrderMark {
  return MARKS.find(([bytes]) => bytes.every((byte, i) => head[i] === byte))?.[1] ?? NONE;
}

/** There are so few bytes yet that a mark may still come of them. */
export function mayBecomeMark(head: Uint8Array): boolean {
  return MARKS.some(
    ([bytes]) => head.length < bytes.length && bytes.every((byte, i) => i >= head.length || head[i] === byte),
  );
}
