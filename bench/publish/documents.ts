import type { Lookup } from "./lookup.ts";
import type { Peers } from "./peers.ts";
import { speedPlot } from "./plot.ts";
import { withSection } from "./sections.ts";
import * as sizing from "./sizing-tables.ts";
import * as speed from "./speed-tables.ts";

/** A file that shows results, from the repository's root: `write` gets it as it is, "" when there is none. */
export interface Document {
  readonly file: string;
  readonly write: (before: string) => string;
}

export function documents(found: Lookup, peers: Peers): Document[] {
  return [
    sections("README.md", { "bench:speed": speed.speedTable(found) }),
    sections("bench/README.md", {
      "bench:about": speed.aboutRun(found),
      "bench:targets": speed.targetsTable(found),
      "bench:rates": speed.ratesTable(found),
    }),
    sections("docs/sizing.md", {
      "sizing:about": speed.aboutRun(found),
      "sizing:throughput": sizing.throughputTable(found),
      "sizing:cost": sizing.costTable(found),
      "sizing:stream": sizing.streamCost(found),
      "sizing:peers": sizing.peersTable(found, peers),
      "sizing:idle": sizing.idleTable(),
      "sizing:break-even": sizing.breakEvenTable(found),
    }),
    { file: "bench/speed.svg", write: () => speedPlot(found, peers) },
  ];
}

function sections(file: string, bodies: Readonly<Record<string, string>>): Document {
  const write = (before: string): string =>
    Object.entries(bodies).reduce((text, [name, body]) => withSection(text, name, body), before);
  return { file, write };
}
