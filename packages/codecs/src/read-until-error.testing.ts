import { SluiceError } from "@sluice/core";

/** What came before the end, or before a coded error. */
export interface Read {
  readonly bytes: Buffer;
  readonly code: string;
  readonly message: string;
}

export async function readUntilError(pieces: AsyncIterable<Uint8Array>): Promise<Read> {
  const parts: Uint8Array[] = [];
  try {
    for await (const piece of pieces) parts.push(Buffer.from(piece));
    return { bytes: Buffer.concat(parts), code: "fine", message: "" };
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return { bytes: Buffer.concat(parts), code: error.code, message: error.message };
  }
}
