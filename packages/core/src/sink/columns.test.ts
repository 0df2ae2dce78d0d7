import fc from "fast-check";
import { expect, test } from "vitest";
import { KEY_BYTES, type RecordCursor } from "../record/record.ts";
import { testRecord } from "../testing/test-record.ts";
import { Columns } from "./columns.ts";

const shared = (n: number): string => `1${String(n).padStart(KEY_BYTES - 1, "0")}`;

test("each record keeps its key, its own or one shared with its neighbours", () => {
  const rows = fc.array(fc.record({ own: fc.boolean(), key: fc.nat(3).map(shared) }), { minLength: 1, maxLength: 60 });
  const columns = new Columns();
  fc.assert(
    fc.property(rows, fc.nat(), (keys, seed) => {
      columns.clear();
      for (const { own, key } of keys) {
        const record = testRecord({ idKey: own ? shared(9) : key }) as RecordCursor;
        if (own) Object.assign(record, { ownKey: Buffer.from(`--${key}`), ownKeyFrom: 2 });
        expect(record.idKey).toBe(key);
        columns.push(record, 0, 0);
      }
      expect(keys.map((_, row) => columns.key(row))).toEqual(keys.map(({ key }) => key));

      const some = keys.map((_, row) => row).filter((row) => ((row + 1) * (seed + 1)) % 3 !== 0);
      const copy = new Columns();
      for (const row of some) copy.copy(columns, row, 0);
      expect(some.map((_, row) => copy.key(row))).toEqual(some.map((row) => keys[row]?.key));
    }),
  );
});

test("thousands of keys", () => {
  const columns = new Columns();
  const keyOf = (row: number): string => shared(row % 5 === 0 ? row : Math.floor(row / 7));
  for (let row = 0; row < 5000; row++) {
    const record = testRecord({ idKey: keyOf(row) }) as RecordCursor;
    if (row % 2 === 0) Object.assign(record, { ownKey: Buffer.from(keyOf(row)), ownKeyFrom: 0 });
    columns.push(record, 0, 0);
  }
  for (let row = 0; row < 5000; row++) expect(columns.key(row)).toBe(keyOf(row));
});
