import { CSV } from "../../framing/csv.ts";
import { CsvRows } from "./csv-rows.ts";
import type { Format } from "./format.ts";

/** Tables (RFC 4180): a record is a row, its cells are texts under `csv` by the names in the first row. Never told by content. */
export const csv: Format = {
  name: "csv",
  rank: 900,
  dataset: undefined,
  layout: undefined,
  constants: {},
  detect: () => false,
  framing: () => ({ csv: CSV }),
  parser: (options) => {
    const rows = new CsvRows(options);
    return (record) => rows.parse(record);
  },
};
