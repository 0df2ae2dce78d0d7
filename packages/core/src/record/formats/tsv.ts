import { TSV } from "../../framing/csv.ts";
import { CsvRows } from "./csv-rows.ts";
import type { Format } from "./format.ts";

/** As `csv`, with tabs between cells. */
export const tsv: Format = {
  name: "tsv",
  rank: 900,
  dataset: undefined,
  layout: undefined,
  constants: {},
  detect: () => false,
  framing: () => ({ csv: TSV }),
  parser: (options) => {
    const rows = new CsvRows(options, TSV);
    return (record) => rows.parse(record);
  },
};
