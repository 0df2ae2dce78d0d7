import { DELIVERED, type EncodedBatch, type SendResult } from "@sluice/core";
import type { OutputFile } from "./output-file.ts";

export async function send(file: OutputFile, batch: EncodedBatch): Promise<SendResult> {
  try {
    await file.write(batch.bytes);
    return DELIVERED;
  } catch (error) {
    const { code, message, name } = error as NodeJS.ErrnoException;
    return { kind: "unavailable", reason: { code: code ?? name, message } };
  }
}
