import type { Sink } from "@sluice/core";
import { encode } from "./encode.ts";
import type { FileOptions } from "./options.ts";
import { OutputFiles } from "./output-files.ts";
import { pathOf, placeholdersOf } from "./path-template.ts";
import { send } from "./send.ts";

export function createFileSink(options: FileOptions, baseDir: string): Sink {
  const files = new OutputFiles({ baseDir, append: options.append, isText: options.compression === "none" });
  return {
    limits: { maxInFlight: 1 },
    dedupes: "never",
    ...(placeholdersOf(options.path).length === 0 ? {} : { partition: pathOf(options.path) }),
    encode,
    send: (batch) => send(files, options, batch),
    close: () => files.close(),
  };
}
