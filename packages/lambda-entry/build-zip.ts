/** Makes dist/sluice-lambda.zip of dist/lambda, the same bytes for the same code, and prints what each use loads. */
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type Zippable, zipSync } from "fflate";
import { ENTRY, LAMBDA, loadedBy, readOutputs } from "./bundle/graph.ts";

/** Modules that are loaded for a use beyond the start. */
const S3 = "src/aws/s3/read.ts";
const USES: Readonly<Record<string, readonly string[]>> = {
  start: [],
  "S3 → stdout": [S3, "src/sinks/stdout/index.ts"],
  "S3 → http": [S3, "sinks-http/src/index.ts"],
  "S3 → Elasticsearch": [S3, "sinks-elastic/src/index.ts", "@elastic/elasticsearch/esm/index.js"],
  "S3 → S3 archive": [S3, "sinks-s3-archive/src/archive/index.ts"],
  "S3 → stdout, bzip2": [S3, "src/sinks/stdout/index.ts", "codecs/src/bzip2/bunzip2.ts"],
  "S3 → stdout, Parquet": [S3, "src/sinks/stdout/index.ts", "codecs/src/parquet/parquet.ts"],
  patterns: ["codecs/src/patterns/re2.ts"],
  "a secret in SSM": ["src/aws/sdk/ssm.ts"],
  "a config in YAML": ["src/config/yaml.ts"],
};

const outputs = readOutputs();
for (const [use, modules] of Object.entries(USES)) {
  const files = loadedBy(outputs, [ENTRY, ...modules]);
  const bytes = files.reduce((sum, file) => sum + (outputs[file]?.bytes ?? 0), 0);
  console.log(`${use.padEnd(20)} ${kb(bytes)} in ${files.length} files`);
}
const zip = zipOf(Object.keys(outputs).map((file) => basename(file)));
writeFileSync(join(LAMBDA, "../sluice-lambda.zip"), zip);
console.log(`${"sluice-lambda.zip".padEnd(20)} ${kb(zip.length)}`);

/** Sorted names, one date (the format's first, in local time as it is written), one mode. */
function zipOf(names: readonly string[]): Uint8Array {
  const files: Zippable = {};
  for (const name of [...names].sort()) files[name] = readFileSync(join(LAMBDA, name));
  return zipSync(files, { level: 9, mtime: new Date(1980, 0, 1), os: 3, attrs: (0o100644 << 16) >>> 0 });
}

function kb(bytes: number): string {
  return `${(bytes / 1024).toFixed(0).padStart(5)} KB`;
}
