import { Buffer } from "node:buffer";
import { gunzipSync } from "node:zlib";
import { isGzip } from "../object/decompress.ts";
import type { StreamRecord } from "../record/origin.ts";
import type { Unwrapped } from "./envelope.ts";
import { malformed } from "./expect.ts";
import { inline, inlineBytes } from "./inline.ts";
import type { InnerItem, Opened, ReceiverContext } from "./item.ts";
import { userRecords } from "./kpl.ts";
import { logBytes, parsedLogs } from "./log-payload.ts";

/** Part of the path of events of CloudWatch Logs in a stream. */
const LOGS = "cloudwatch-logs";

/** What a stream's record holds in base64: events of CloudWatch Logs, several records of the KPL, or content of one's own. */
export function streamPayload(
  data: unknown,
  where: string,
  stream: StreamRecord,
  context: ReceiverContext,
  path: readonly string[],
): Unwrapped {
  if (typeof data !== "string") throw malformed(where, "base64 text", data);
  return inline(path, () => {
    const bytes = inlineBytes(data, context.maxInlineBytes, where);
    const inner = { ...context, region: stream.region };
    const found = logBytes(bytes, inner, [...path, LOGS]);
    if (found !== undefined) return found;
    const records = userRecords(bytes);
    if (records === undefined) return { items: [{ kind: "bytes", path, stream, bytes }], ignored: [] };
    // All of them are waiting to be read at once, so each has memory of its own.
    return joined(
      records.map((record, sub) =>
        userRecord(Buffer.from(record), sub === 0 ? stream : { ...stream, sub }, inner, path),
      ),
      path,
    );
  });
}

function userRecord(bytes: Buffer, stream: StreamRecord, context: ReceiverContext, path: readonly string[]): Opened {
  const own = [...path, "kpl"];
  return (
    parsedLogs(inflated(bytes, context.maxInlineBytes), context, [...own, LOGS]) ??
    plain({ kind: "bytes", path: own, stream, bytes })
  );
}

/** Only to see whether events are in it: content of one's own is decoded where objects are. */
function inflated(bytes: Buffer, limit: number): Buffer {
  if (!isGzip(bytes)) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: limit });
  } catch {
    return bytes;
  }
}

function plain(item: InnerItem): Opened {
  return { items: [item], ignored: [] };
}

function joined(parts: readonly Opened[], path: readonly string[]): Opened {
  if (parts.length === 0) return { items: [], ignored: [{ path: [...path, "kpl"], reason: "no user records" }] };
  return { items: parts.flatMap(({ items }) => items), ignored: parts.flatMap(({ ignored }) => ignored) };
}
