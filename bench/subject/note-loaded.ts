/**
 * Preloaded into a function's process: at its end, writes how many bytes of its own files the process has loaded as
 * code to the file that LOADED names.
 */
import { realpathSync, statSync, writeFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

const { LOADED = "", LAMBDA_TASK_ROOT = "" } = process.env;
const root = `${pathToFileURL(realpathSync(LAMBDA_TASK_ROOT)).href}/`;
const files = new Set<string>();

registerHooks({
  load: (url, context, next) => {
    if (url.startsWith(root)) files.add(fileURLToPath(url));
    return next(url, context);
  },
});
process.on("exit", () => {
  const bytes = [...files].reduce((sum, file) => sum + statSync(file).size, 0);
  writeFileSync(LOADED, JSON.stringify({ files: files.size, bytes }));
});
