import { globSync, readFileSync } from "node:fs";
import path from "node:path";

const FIXTURES = path.resolve(import.meta.dirname, "../../fixtures");

export interface StoredObject {
  readonly key: string;
  readonly bytes: Buffer;
}

export const events: readonly unknown[] = globSync("events/**/*.json", { cwd: FIXTURES }).map((file) =>
  JSON.parse(readFileSync(path.join(FIXTURES, file), "utf8")),
);

/** Objects of every kind, and the samples of every format. */
export const objects: readonly StoredObject[] = globSync(["objects/**", "formats/**", "packed/**", "parquet/**"], {
  cwd: FIXTURES,
  withFileTypes: true,
})
  .filter((entry) => entry.isFile() && !entry.name.endsWith(".expected.ndjson"))
  .map((entry) => path.join(entry.parentPath, entry.name))
  .map((file) => ({
    key: path.relative(FIXTURES, file).split(path.sep).slice(2).join("/"),
    bytes: readFileSync(file),
  }));

/** By bucket and key, as events name them. */
export function storedAt(bucket: string, key: string): Buffer | undefined {
  try {
    return readFileSync(path.join(FIXTURES, "objects", bucket, key));
  } catch {
    return undefined;
  }
}
