import type { ByteRange, ObjectReader, ObjectRef } from "@sluice/core";
import { s3Error } from "../s3-errors.ts";
import { beyondTheEnd, refusalOf, sliceOf } from "./answer.ts";
import type { Answer } from "./exchange.ts";
import { createGets, type GetsOptions } from "./gets.ts";
import { createSend } from "./transport.ts";

/** Answers to credentials that once were good. */
const EXPIRED: ReadonlySet<string> = new Set(["ExpiredToken", "TokenRefreshRequired"]);

/** Loaded when an object is first read. */
export function readerOf(options: GetsOptions): ObjectReader {
  const gets = createGets(options);
  const send = createSend(options.socketTimeoutMs);

  const ask = async (ref: ObjectRef, range: ByteRange, signal: AbortSignal): Promise<Answer> => {
    const answer = await send(await gets.of(ref, range), signal);
    const region = regionElsewhere(answer);
    if (region === undefined || !gets.moved(ref, region)) return answer;
    await refusalOf(answer);
    return send(await gets.of(ref, range), signal);
  };

  return {
    async read(ref, range, signal) {
      try {
        const answer = await ask(ref, range, signal);
        if (answer.status < 300) return sliceOf(answer, ref, range);
        const refusal = await refusalOf(answer);
        if (EXPIRED.has(refusal.name)) await gets.expired(ref);
        const empty = beyondTheEnd(refusal, ref, range);
        if (empty !== undefined) return empty;
        throw refusal;
      } catch (error) {
        throw s3Error(error, signal);
      }
    },
  };
}

/** A bucket asked for in another region than its own is refused with either, and the header says where it lies. */
function regionElsewhere({ status, headers }: Answer): string | undefined {
  const region = headers["x-amz-bucket-region"];
  return (status === 301 || status === 400) && typeof region === "string" ? region : undefined;
}
