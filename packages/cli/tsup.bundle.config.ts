import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { defineConfig } from "tsup";
import { library } from "../../tsup.base.ts";

const OUT = "dist/bundle";

/** The command with all that it needs, in one folder that runs without node_modules: what the container image holds. */
export default defineConfig(
  library({
    entry: { bin: "src/bin.ts" },
    outDir: `${OUT}/dist`,
    target: "node24",
    splitting: true,
    sourcemap: false,
    noExternal: [/.*/],
    banner: { js: 'const require=process.getBuiltinModule("module").createRequire(import.meta.url);' },
    removeNodeProtocol: false,
    silent: true,
    esbuildOptions: (options) => {
      options.conditions = ["@sluice/source", "module"];
      options.mainFields = ["module", "main"];
      options.legalComments = "none";
    },
    onSuccess: async () => {
      const { name, version, type } = JSON.parse(await readFile("package.json", "utf8"));
      await writeFile(`${OUT}/package.json`, `${JSON.stringify({ name, version, type })}\n`);
      await mkdir(`${OUT}/bin`, { recursive: true });
      await copyFile("bin/sluice.js", `${OUT}/bin/sluice.js`);
    },
  }),
);
