import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { type Zippable, zipSync } from "fflate";
import { runtimeClient } from "./lambda-runtime.ts";

const EXECUTABLE = { os: 3, attrs: 0o755 << 16 } as const;

/**
 * A deployment package for the local AWS: the files of `taskRoot` and a bootstrap that runs them in AWS's own
 * Node runtime client. Create the function with runtime `provided.al2023`.
 */
export async function functionZip(taskRoot: string): Promise<Uint8Array> {
  const files: Zippable = { bootstrap: [new TextEncoder().encode(bootstrap()), EXECUTABLE] };
  for (const entry of await readdir(taskRoot, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files[relative(taskRoot, path).split(sep).join("/")] = await readFile(path);
  }
  return zipSync(files);
}

/** The emulator runs functions as processes of this machine, so this machine's paths serve. */
function bootstrap(): string {
  return `#!/bin/sh
export AWS_LAMBDA_LOG_GROUP_NAME="/aws/lambda/$AWS_LAMBDA_FUNCTION_NAME"
export AWS_LAMBDA_LOG_STREAM_NAME="\${AWS_LAMBDA_LOG_STREAM_NAME:-local}"
export AWS_EXECUTION_ENV=AWS_Lambda_nodejs24.x
exec ${[process.execPath, ...runtimeClient].map((argument) => `'${argument}'`).join(" ")} "$_HANDLER"
`;
}
