import { expect, test } from "vitest";
import { ContentFramer } from "./content.ts";
import type { TakeBlock } from "./frame.ts";

test.each([
  ["lines", '{"a":1}\n{"a":2}\n', ['{"a":1}', '{"a":2}']],
  ["an array", ' {"Records":[{"a":1},{"a":2}]}', ['{"a":1}', '{"a":2}']],
])("the first bytes may change once they were taken: %s", (name, text, expected) => {
  const heads: string[] = [];
  const frames: string[] = [];
  const take: TakeBlock = ({ bytes, count, from, to }) => {
    for (let i = 0; i < count; i++) frames.push(Buffer.from(bytes.subarray(from[i], to[i])).toString());
  };
  const framer = new ContentFramer((head) => {
    heads.push(Buffer.from(head).toString());
    return name === "lines" ? "lines" : { array: "Records" };
  });
  const chunk = new Uint8Array(1);
  for (const byte of Buffer.from(text)) {
    chunk[0] = byte;
    framer.push(chunk, take);
  }
  chunk[0] = 0;
  framer.end(take);
  expect({ heads, frames }).toEqual({ heads: [text], frames: expected });
});
