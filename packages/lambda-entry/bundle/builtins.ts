import { builtinModules } from "node:module";
import { relative } from "node:path";
import type { Plugin } from "esbuild";

/** A name that can be exported as it is. */
const NAME = /^(?!default$)[A-Za-z_$][\w$]*$/;

/**
 * Takes Node's modules from `process.getBuiltinModule`. Importing one makes Node read every property that it has, also
 * those that load others when they are read: `node:http` then loads fetch, HTTP/2 and TLS, which takes 30 ms, and
 * `node:process` opens standard input.
 */
export const builtins: Plugin = {
  name: "builtins",
  setup: (build) => {
    build.onResolve({ filter: /./ }, ({ path, kind, importer }) => {
      const name = path.replace(/^node:/, "");
      if (kind !== "import-statement" || !builtinModules.includes(name)) return undefined;
      // One for each importer: what several chunks share would become a file of its own.
      const own = `${name} for ${relative("", importer)}`;
      return { path: own, namespace: "builtin", sideEffects: false, pluginData: name };
    });
    build.onLoad({ filter: /./, namespace: "builtin" }, ({ pluginData }) => ({ contents: shim(pluginData) }));
  },
};

/** One export for each of the module's properties; read only where it is used. */
function shim(name: string): string {
  const module = process.getBuiltinModule(name) ?? {};
  const exports = Object.keys(module)
    .filter((key) => NAME.test(key))
    .map((key) => `const _${key} = /* @__PURE__ */ (() => module.${key})(); export { _${key} as ${key} };`);
  const taken = `const module = /* @__PURE__ */ process.getBuiltinModule(${JSON.stringify(name)});`;
  return [taken, "export default module;", ...exports].join("\n");
}
