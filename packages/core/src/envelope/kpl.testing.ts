import { createHash } from "node:crypto";

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return Buffer.from([...bytes, left]);
    bytes.push((left % 128) + 128);
  }
}

export function field(number: number, value: Uint8Array | number): Buffer {
  const wire = typeof value === "number" ? 0 : 2;
  const body = typeof value === "number" ? [varint(value)] : [varint(value.length), value];
  return Buffer.concat([varint(number * 8 + wire), ...body]);
}

/** A record as the Kinesis Producer Library makes it of these. */
export function aggregated(...records: readonly (string | Uint8Array)[]): Buffer {
  const body = records.map((data, i) =>
    field(
      3,
      Buffer.concat([
        field(1, i % 2),
        field(2, 0),
        field(3, Buffer.from(data)),
        field(4, field(1, Buffer.from("tag"))),
      ]),
    ),
  );
  return framed(
    Buffer.concat([
      field(1, Buffer.from("key a")),
      field(1, Buffer.from("key b")),
      field(2, Buffer.from("1")),
      ...body,
    ]),
  );
}

export function framed(message: Uint8Array): Buffer {
  const digest = createHash("md5").update(message).digest();
  return Buffer.concat([Buffer.from([0xf3, 0x89, 0x9a, 0xc2]), message, digest]);
}
