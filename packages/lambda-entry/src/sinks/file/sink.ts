import { resolve } from "node:path";
import type { Sink } from "@sluice/core";
import { encode } from "./encode.ts";
import type { FileOptions } from "./options.ts";
import { OutputFile } from "./output-file.ts";
import { send } from "./send.ts";

export function createFileSink(options: FileOptions, baseDir: string): Sink {
  const file = new OutputFile(resolve(baseDir, options.path), options.append);
  return {
    limits: { maxInFlight: 1 },
    dedupes: "never",
    encode,
    send: (batch) => send(file, batch),
    close: () => file.close(),
  };
}
