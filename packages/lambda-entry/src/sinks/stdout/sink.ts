import type { Writable } from "node:stream";
import type { Sink } from "@sluice/core";
import { encode } from "./encode.ts";
import { send } from "./send.ts";

/** A failed write is told by `send`; with no listener it would end the process as well. */
const ignore = (): void => {};

export function createStdoutSink(stream: Writable): Sink {
  if (!stream.listeners("error").includes(ignore)) stream.on("error", ignore);
  return {
    limits: { maxInFlight: 1 },
    dedupes: "never",
    encode,
    send: (batch) => send(stream, batch),
  };
}
