import { quote } from "@sluice/core";
import type { Env } from "../env.ts";
import type { AwsOptions } from "./options.ts";

/** Puts messages onto a queue. */
export interface MessageSender {
  /** For each body: undefined once the queue has it, else why not. Never throws for what the service said. At most MAX_ENTRIES. */
  send(bodies: readonly string[], signal: AbortSignal): Promise<readonly (string | undefined)[]>;
}

/** Of SendMessageBatch (Amazon SQS API Reference). */
export const MAX_ENTRIES = 10;

/** Of one request, by the SDK; and of entries that a request left out. */
const ATTEMPTS = 6;
const WAIT_MS = 500;

export interface MessageSenderOptions {
  readonly queue: string;
  readonly aws?: AwsOptions;
  readonly env?: Env;
}

export function createMessageSender({ queue, aws = {}, env = {} }: MessageSenderOptions): MessageSender {
  const load = once(async () => {
    const [{ sqsClient }, sdk] = await Promise.all([import("./sqs/client.ts"), import("./sdk/sqs-send.ts")]);
    return { client: await sqsClient(queue, { aws, env, maxAttempts: ATTEMPTS }), sdk };
  });
  const attempt = async (bodies: readonly string[], signal: AbortSignal): Promise<readonly Answer[]> => {
    try {
      const { client, sdk } = await load();
      const Entries = bodies.map((MessageBody, i) => ({ Id: String(i), MessageBody }));
      const command = new sdk.SendMessageBatchCommand({ QueueUrl: queue, Entries });
      const { Successful = [], Failed = [] } = await client.send(command, { abortSignal: signal });
      const taken = new Set(Successful.map(({ Id }) => Id));
      const refused = new Map(Failed.map((entry) => [entry.Id, entry]));
      return bodies.map((_, i) => {
        if (taken.has(String(i))) return TAKEN;
        const { Code = "Unknown", Message = "no answer for it", SenderFault } = refused.get(String(i)) ?? {};
        return { reason: quote(`${Code}: ${Message}`), lasting: SenderFault === true };
      });
    } catch (error) {
      const { name, message } = error as Error;
      return bodies.map(() => ({ reason: quote(`${name}: ${message}`), lasting: true }));
    }
  };
  return {
    async send(bodies, signal) {
      const answers: (Answer | undefined)[] = bodies.map(() => undefined);
      for (let left = [...bodies.keys()], n = 1; left.length > 0; n++) {
        const given = await attempt(
          left.map((i) => bodies[i] as string),
          signal,
        );
        for (const [at, i] of left.entries()) answers[i] = given[at];
        if (n === ATTEMPTS || signal.aborted) break;
        left = left.filter((i) => answers[i] !== TAKEN && answers[i]?.lasting !== true);
        if (left.length > 0) await new Promise((resolve) => setTimeout(resolve, WAIT_MS * n));
      }
      return answers.map((answer) => answer?.reason);
    },
  };
}

interface Answer {
  readonly reason: string | undefined;
  /** It is of no use to send it again. */
  readonly lasting: boolean;
}

const TAKEN: Answer = { reason: undefined, lasting: true };

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
