import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type Context, UsageError } from "../command.ts";

/** A recorded event; "-" reads it from standard input. */
export async function readEvent(path: string, context: Context): Promise<unknown> {
  const text = await readText(path, context);
  try {
    return JSON.parse(text.replace(/^\ufeff/, ""));
  } catch (error) {
    throw new UsageError(`${path}: expected JSON: ${(error as Error).message}`, { cause: error });
  }
}

async function readText(path: string, context: Context): Promise<string> {
  if (path === "-") return context.readStdin();
  try {
    return await readFile(resolve(context.cwd, path), "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`${path}: ${code === "ENOENT" ? "no such file" : code}`, { cause: error });
  }
}
