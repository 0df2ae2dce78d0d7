/**
 * Writes one bench's results into all that shows them: `node bench/publish.ts [RESULTS.json]`, by default the latest in
 * .cache/bench/results. They are kept as bench/measured.json; README.md lists the documents.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { documents } from "./publish/documents.ts";
import { lookup } from "./publish/lookup.ts";
import { readPeers } from "./publish/peers.ts";
import { latest, MEASURED, readResults } from "./runner/results.ts";

const ROOT = path.resolve(import.meta.dirname, "..");

const file = process.argv[2] ?? (await latest());
const results = await readResults(file);
const written = documents(lookup(results), readPeers()).map(({ file, write }) => {
  const target = path.join(ROOT, file);
  return [target, write(file.endsWith(".svg") ? "" : readFileSync(target, "utf8"))] as const;
});
writeFileSync(MEASURED, `${JSON.stringify(results, null, 2)}\n`);
for (const [target, text] of written) writeFileSync(target, text);
console.log(
  `${path.relative(process.cwd(), file)}: ${written.map(([target]) => path.relative(ROOT, target)).join(", ")}`,
);
