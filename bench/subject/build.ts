import { cpSync, existsSync, rmSync } from "node:fs";
import path from "node:path";
import { type BuildOptions, build } from "esbuild";

const ROOT = path.resolve(import.meta.dirname, "../..");
const OUT = path.join(ROOT, ".cache/bench/build");

export const RUNTIME_CLIENT: string = path.join(OUT, "runtime-client.mjs");
export const NAIVE: string = path.join(OUT, "naive.mjs");
export const GZIP_ONLY: string = path.join(OUT, "gzip-only.mjs");
const DEPLOYED = path.join(ROOT, "packages/lambda-entry/dist/lambda");
/** A copy of what is deployed, so that a build meanwhile changes nothing in a run. */
export const SLUICE: string = path.join(OUT, "lambda/index.mjs");
/** The same code with its names kept, for profiles. */
export const SLUICE_READABLE: string = path.join(OUT, "sluice/index.mjs");

/** As the deployed package is made (packages/lambda-entry/tsup.config.ts). */
const LAMBDA: BuildOptions = {
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node24",
  conditions: ["@sluice/source", "module"],
  mainFields: ["module", "main"],
  outExtension: { ".js": ".mjs" },
  banner: { js: 'import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);' },
  logLevel: "error",
};

/**
 * Takes the deployed artefact as it is, and bundles the runtime client and the yardsticks: neither TypeScript nor
 * unbundled packages are to slow a start.
 */
export async function buildSubjects(): Promise<void> {
  if (!existsSync(path.join(DEPLOYED, "index.mjs"))) throw new Error(`${DEPLOYED} isn't there: pnpm build makes it`);
  rmSync(path.dirname(SLUICE), { recursive: true, force: true });
  cpSync(DEPLOYED, path.dirname(SLUICE), { recursive: true });
  await build({
    ...LAMBDA,
    minify: true,
    entryPoints: {
      "runtime-client": path.join(import.meta.dirname, "runtime-client.ts"),
      naive: path.join(import.meta.dirname, "../yardstick/naive.ts"),
      "gzip-only": path.join(import.meta.dirname, "../yardstick/gzip-only.ts"),
    },
    outdir: OUT,
  });
}

export async function buildReadable(): Promise<void> {
  const entryPoints = { index: path.join(ROOT, "packages/lambda-entry/src/handler.ts") };
  await build({ ...LAMBDA, splitting: true, entryPoints, outdir: path.dirname(SLUICE_READABLE) });
}
