import { gzipSync } from "node:zlib";
import { DELIVERED, type EncodedBatch, type SendResult } from "@sluice/core";
import type { FileOptions } from "./options.ts";
import type { OutputFiles } from "./output-files.ts";

export async function send(files: OutputFiles, options: FileOptions, batch: EncodedBatch): Promise<SendResult> {
  try {
    const bytes = options.compression === "gzip" ? gzipSync(batch.bytes) : batch.bytes;
    await files.write(batch.partition === "" ? options.path : batch.partition, bytes);
    return DELIVERED;
  } catch (error) {
    const { code, message, name } = error as NodeJS.ErrnoException;
    return { kind: "unavailable", reason: { code: code ?? name, message: message.replace(`${code}: `, "") } };
  }
}
