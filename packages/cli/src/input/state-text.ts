import { readFile } from "node:fs/promises";
import { UsageError } from "../command.ts";

/** What the file of `--state` says; "" where there is none yet. */
export async function stateText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw unusable(path, error);
  }
}

/** The file can't be read, or not be written. */
export function unusable(path: string, error: unknown): UsageError {
  const { code, message } = error as NodeJS.ErrnoException;
  return new UsageError(`--state ${path}: ${code ?? message}`, { cause: error });
}
