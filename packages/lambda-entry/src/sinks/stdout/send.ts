import type { Writable } from "node:stream";
import { DELIVERED, type EncodedBatch, type Reason, type SendResult } from "@sluice/core";

/** Settles once the bytes have left the process: what reads them slowly slows the reading of the source. */
export function send(stream: Writable, batch: EncodedBatch): Promise<SendResult> {
  return new Promise((resolve) => {
    stream.write(batch.bytes, (error) => {
      resolve(error ? { kind: "unavailable", reason: reasonOf(error) } : DELIVERED);
    });
  });
}

function reasonOf(error: NodeJS.ErrnoException): Reason {
  const code = error.code ?? error.name;
  // `sluice run … | head`: the reader has gone.
  return { code, message: code === "EPIPE" ? "nobody reads standard output any more" : error.message };
}
