import { DELIVERED, defineSink, encodeDocument, type Reason } from "@sluice/core";
import { createHandler, type LambdaHandler, noOptions } from "@sluice/lambda-entry";

/** Posts documents to a service of your own. Sluice batches, retries, splits and accounts for them. */
const audit = defineSink({
  options: noOptions,
  create: () => ({
    limits: { maxBatchRecords: 500 },
    dedupes: "never",
    encode: (record, out) => {
      encodeDocument(record, out, { id: true });
      out.byte(0x0a);
      return undefined;
    },
    send: async ({ bytes }, { signal }) => {
      const request = { method: "POST", body: bytes, headers: { "content-type": "application/x-ndjson" }, signal };
      const answer = await fetch("https://audit.example.com/logs", request).catch((error: Error) => error);
      if (answer instanceof Error) return { kind: "retry", reason: { code: answer.name, message: answer.message } };
      const { status, statusText: message } = answer;
      await answer.body?.cancel();
      const reason: Reason = { code: `HTTP_${status}`, message, status };
      if (answer.ok) return DELIVERED;
      return status === 429 || status >= 500 ? { kind: "retry", reason } : { kind: "unavailable", reason };
    },
  }),
});

export const handler: LambdaHandler = createHandler({
  sinks: { audit },
  config: { sinks: { audit: { type: "audit" }, copy: { type: "stdout", required: false } } },
});
