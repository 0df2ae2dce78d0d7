import { resolve } from "node:path";
import type { Plugin } from "esbuild";

/** From the package's folder, where tsup runs; it moves this file into its bundled config. */
const ENTRY = resolve("bundle/undici.mjs");
/** Parsers for processors without SIMD, which Lambda has none of, and an experimental one that a variable switches on. */
const UNUSED = /undici[\\/]lib[\\/](?:milo[\\/](?:no-)?simd|llhttp[\\/]llhttp-wasm)\.js$/;

/** Leaves out of the bundle what Sluice never runs of undici: 0.5 MB that would be read at every cold start. */
export const slimUndici: Plugin = {
  name: "slim-undici",
  setup: (build) => {
    build.onResolve({ filter: /^undici$/ }, () => ({ path: ENTRY }));
    build.onLoad({ filter: UNUSED }, ({ path }) => ({
      contents: `throw new Error(${JSON.stringify(`left out of the bundle: ${path.slice(path.lastIndexOf("undici"))}`)});`,
    }));
  },
};
