import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Plugin } from "esbuild";

/** From the package's folder, where tsup runs; it moves this file into its bundled config. */
const ENTRY = resolve("bundle/undici.mjs");
/** Parsers for processors without SIMD, which Lambda has none of, and an experimental one that a variable switches on. */
const UNUSED = /undici[\\/]lib[\\/](?:milo[\\/](?:no-)?simd|llhttp[\\/]llhttp-wasm)\.js$/;

/** Loads `node:http2`, for servers that speak it. */
const HTTP2 = /undici[\\/]lib[\\/]dispatcher[\\/]client\.js$/;
const EAGER = "const connectH2 = require('./client-h2.js')";
const LAZY = "const connectH2 = (client, socket) => require('./client-h2.js')(client, socket)";

/** Leaves out of the bundle what Sluice never runs of undici: 0.5 MB that would be read at every cold start. */
export const slimUndici: Plugin = {
  name: "slim-undici",
  setup: (build) => {
    build.onResolve({ filter: /^undici$/ }, () => ({ path: ENTRY }));
    build.onLoad({ filter: HTTP2 }, ({ path }) => {
      const contents = readFileSync(path, "utf8").replace(EAGER, LAZY);
      if (!contents.includes(LAZY)) throw new Error(`${path}: expected ${EAGER}`);
      return { contents };
    });
    build.onLoad({ filter: UNUSED }, ({ path }) => ({
      contents: `throw new Error(${JSON.stringify(`left out of the bundle: ${path.slice(path.lastIndexOf("undici"))}`)});`,
    }));
  },
};
