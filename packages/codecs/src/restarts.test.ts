import { Buffer } from "node:buffer";
import { type Compression, contents, RESTART_EVERY_BYTES, type RestartPoint } from "@sluice/core";
import { expect, test } from "vitest";
import { bzip2 } from "./bzip2/bzip2.testing.ts";
import { codecs } from "./index.ts";
import { chunked, LIMITS } from "./random-access.testing.ts";
import { snappy } from "./snappy/snappy.testing.ts";

interface Opened {
  readonly bytes: Buffer;
  readonly points: readonly RestartPoint[];
}

async function opened(
  stored: Buffer,
  compression: Compression,
  from?: RestartPoint & { readonly compression: Compression },
): Promise<Opened> {
  const points: RestartPoint[] = [];
  const restart = { from, offer: (point: RestartPoint) => points.push(point) };
  const body = chunked(stored.subarray(from?.stored ?? 0), 10_000);
  const options = { compression: "auto", codecs, limits: LIMITS, header: () => undefined, restart } as const;
  const parts: Buffer[] = [];
  for await (const content of contents({ size: stored.length, body }, options)) {
    expect([content.kind, content.layers]).toEqual(["bytes", [compression]]);
    if (content.kind === "bytes") for await (const chunk of content.chunks) parts.push(Buffer.from(chunk));
  }
  return { bytes: Buffer.concat(parts), points };
}

test.each([
  ["bzip2", (text: Buffer) => bzip2(text, 10_000)],
  ["snappy", (text: Buffer) => snappy(text, 10_000)],
] as const)(
  "contents in %s go on from the points that they offer, which are as far apart as is said",
  async (name, pack) => {
    const text = Buffer.concat(Array.from({ length: 500 }, (_, i) => Buffer.alloc(9000 + i, `${i % 10}`)));
    const stored = pack(text);
    const whole = await opened(stored, name);
    expect(whole.bytes.equals(text)).toBe(true);
    const far = whole.points.map(({ decoded }, i) => decoded - (whole.points[i - 1]?.decoded ?? 0));
    expect(far).toHaveLength(2);
    for (const distance of far) expect(distance).toBeGreaterThanOrEqual(RESTART_EVERY_BYTES);
    for (const point of whole.points) {
      const { bytes } = await opened(stored, name, { ...point, compression: name });
      expect(bytes.equals(text.subarray(point.decoded))).toBe(true);
    }
  },
);
