import type { Format } from "./format.ts";
import { SluiceParser } from "./sluice-parser.ts";

/**
 * Documents that an archive keeps, a line each, with their ids: they go on as they are, under the ids, the datasets and the
 * times that they had. Never told by content, as a log may hold lines that say the same of themselves: the object must lie in the
 * bucket of one of the config's archives, or the config must name the format.
 */
export const sluice: Format = {
  name: "sluice",
  rank: 1000,
  dataset: undefined,
  layout: undefined,
  constants: {},
  detect: () => false,
  framing: () => "lines",
  parser: () => {
    const parser = new SluiceParser();
    return (record) => parser.parse(record);
  },
};
