import { Buffer } from "node:buffer";
import { gunzipSync } from "node:zlib";
import * as z from "zod";
import { isGzip } from "../object/decompress.ts";
import type { EncodedBatch, SendCall, SendResult, Sink, SinkDefinition } from "../ports/sink.ts";
import { encodeDocument } from "../record/document.ts";

export interface Sent {
  readonly ids: readonly string[];
  readonly lines: readonly string[];
  readonly bytes: number;
  readonly partition: string;
  readonly cell: string | undefined;
  readonly attempt: number;
}

/** A sink that answers as it is told and remembers what it was sent. */
export interface ScriptedSink {
  readonly definition: SinkDefinition;
  readonly sent: Sent[];
  /** Ids of records that were said to be delivered, in order. */
  readonly delivered: string[];
  created: number;
}

type Script = (batch: EncodedBatch, call: SendCall, number: number) => SendResult | Promise<SendResult>;

export const REASON = { code: "TEST", message: "as told" } as const;

export function scriptedSink(script: Script = () => ({ kind: "delivered" }), own: Partial<Sink> = {}): ScriptedSink {
  const sent: Sent[] = [];
  const delivered: string[] = [];
  const result: ScriptedSink = {
    sent,
    delivered,
    created: 0,
    definition: {
      options: z.looseObject({}),
      create: () => {
        result.created += 1;
        return {
          dedupes: "never",
          encode: (record, out) => {
            encodeDocument(record, out, { id: true });
            out.byte(0x0a);
            return undefined;
          },
          send: async (batch, call) => {
            sent.push(remember(batch, call));
            const answer = await script(batch, call, sent.length);
            for (const id of deliveredIds(batch, answer)) delivered.push(id);
            return answer;
          },
          ...own,
        };
      },
    },
  };
  return result;
}

function idsOf(batch: EncodedBatch): string[] {
  return Array.from({ length: batch.count }, (_, i) => batch.id(i));
}

function remember(batch: EncodedBatch, call: SendCall): Sent {
  const { count, partition, cell } = batch;
  const bytes = isGzip(batch.bytes) ? gunzipSync(batch.bytes) : batch.bytes;
  const lines = Array.from({ length: count }, (_, i) =>
    Buffer.from(bytes.subarray(batch.offset(i), batch.offset(i + 1))).toString("utf8"),
  );
  return { ids: idsOf(batch), lines, bytes: bytes.length, partition, cell, attempt: call.attempt };
}

function deliveredIds(batch: EncodedBatch, answer: SendResult): string[] {
  if (answer.kind === "delivered") return idsOf(batch);
  if (answer.kind !== "each") return [];
  return idsOf(batch).filter((_, i) => answer.outcomes[i]?.kind === "delivered");
}
