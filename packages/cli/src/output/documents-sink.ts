import type { Writable } from "node:stream";
import { DELIVERED, defineSink, encodeDocument, type SendResult, type SinkDefinition } from "@sluice/core";
import * as z from "zod";

const NEWLINE = 0x0a;

/** Beyond what JSON escapes anyway: DEL, the C1 controls (CSI among them) and marks that turn the direction of text. */
const UNFIT_FOR_TERMINALS = /[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * The stdout sink as the command line needs it: one document a line on a stream of the caller's choice. On a terminal
 * what could steer it is escaped, which JSON reads as the same text.
 */
export function documentsTo(stream: Writable & { readonly isTTY?: boolean }): SinkDefinition {
  return defineSink({
    options: z.strictObject({}),
    create: () => ({
      limits: { maxInFlight: 1 },
      dedupes: "never",
      encode: (record, out) => {
        encodeDocument(record, out, { id: true });
        out.byte(NEWLINE);
        return undefined;
      },
      send: ({ bytes }) => write(stream, stream.isTTY === true ? forTerminal(bytes) : bytes),
    }),
  });
}

export function forTerminal(json: Uint8Array): string {
  const text = Buffer.from(json.buffer, json.byteOffset, json.length).toString("utf8");
  return text.replace(UNFIT_FOR_TERMINALS, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Settles once the bytes have left the process, so that a slow reader slows the reading of the source. */
function write(stream: Writable, data: Uint8Array | string): Promise<SendResult> {
  return new Promise((resolve) => {
    stream.write(data, (error: NodeJS.ErrnoException | null | undefined) => {
      if (!error) return resolve(DELIVERED);
      const code = error.code ?? error.name;
      const message = code === "EPIPE" ? "nobody reads the output any more" : error.message;
      resolve({ kind: "unavailable", reason: { code, message } });
    });
  });
}
