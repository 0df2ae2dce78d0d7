import { defineConfig, type Options } from "tsup";
import { library } from "../../tsup.base.ts";
import { builtins } from "./bundle/builtins.ts";
import { slimElasticsearch } from "./bundle/slim-elasticsearch.ts";
import { slimUndici } from "./bundle/slim-undici.ts";

/**
 * The deployment package's code for nodejs24.x, with all that it needs. Split, so that what a config doesn't name
 * (other sinks, YAML, clients for secrets) stays in files that are never read; `bundle/check.ts` proves it.
 */
const lambda: Options = {
  entry: { index: "src/handler.ts" },
  outDir: "dist/lambda",
  outExtension: () => ({ js: ".mjs" }),
  format: ["esm"],
  target: "node24",
  platform: "node",
  splitting: true,
  minify: true,
  sourcemap: false,
  metafile: true,
  clean: true,
  noExternal: [/.*/],
  banner: { js: 'const require=process.getBuiltinModule("module").createRequire(import.meta.url);' },
  removeNodeProtocol: false,
  esbuildPlugins: [builtins, slimElasticsearch, slimUndici],
  esbuildOptions: (options) => {
    options.conditions = ["@sluice/source", "module"];
    options.mainFields = ["module", "main"];
    options.legalComments = "none";
  },
};

export default defineConfig([library({ clean: ["!lambda/**"] }), lambda]);
