import type { SQSClient } from "@aws-sdk/client-sqs";
import { type ContinuationQueue, claimOf, SluiceError } from "@sluice/core";
import type { ContinuationOptions } from "../continuation.ts";
import { createClaims, MAX_CLAIM_BYTES } from "./claims.ts";
import { sqsClient } from "./client.ts";
import { handOverFault, isTooLong } from "./faults.ts";
import { retried } from "./retry.ts";

/** Bytes of a message's body; a larger one is put aside. SQS takes 1 MiB, and a queue may be set to take less. */
export const MAX_MESSAGE_BYTES: number = 900 * 1024;

/** What SQS takes in no body, though JSON may have it, and only within strings (Amazon SQS API Reference, "SendMessage"). */
const UNSENDABLE = /[\ufffe\uffff]/g;

/** Loaded when something is handed over, or comes back. */
export function queueOf({ config, aws, env, clock, reader }: Required<ContinuationOptions>): ContinuationQueue {
  const { queue, claims: place } = config;
  const claims = createClaims(aws, reader);
  let client: Promise<SQSClient> | undefined;

  const enqueue = (MessageBody: string, signal: AbortSignal): Promise<void> =>
    retried(
      async () => {
        try {
          client ??= sqsClient(queue, { aws, env, maxAttempts: 1 });
          const [sqs, { SendMessageCommand }] = await Promise.all([client, import("../sdk/sqs.ts")]);
          await sqs.send(new SendMessageCommand({ QueueUrl: queue, MessageBody }), { abortSignal: signal });
        } catch (error) {
          throw handOverFault(error, queue, signal);
        }
      },
      clock,
      signal,
    );

  /** False: the queue doesn't take that much. */
  const isEnqueued = async (body: string, signal: AbortSignal): Promise<boolean> => {
    const text = body.replace(UNSENDABLE, (character) => `\\u${character.charCodeAt(0).toString(16)}`);
    if (Buffer.byteLength(text) > MAX_MESSAGE_BYTES) return false;
    try {
      await enqueue(text, signal);
      return true;
    } catch (error) {
      if (isTooLong(error)) return false;
      throw error;
    }
  };

  return {
    async send(body, signal) {
      if (await isEnqueued(body, signal)) return;
      const bytes = Buffer.from(body);
      if (place === undefined) throw tooLarge(bytes, `${queue} takes, and there is no continuation.claims to put it`);
      if (bytes.length > MAX_CLAIM_BYTES)
        throw tooLarge(bytes, `the ${MAX_CLAIM_BYTES} that continuation.claims takes`);
      const claim = await retried(() => claims.put(bytes, place, signal), clock, signal);
      await enqueue(claimOf(claim), signal);
    },
    redeem: (claim, signal) => retried(() => claims.get(claim, signal), clock, signal),
  };
}

function tooLarge({ length }: Buffer, limit: string): SluiceError {
  return new SluiceError("CONTINUATION_REFUSED", `what is left comes to ${length} bytes, more than ${limit}`);
}
