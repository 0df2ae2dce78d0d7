import { Buffer } from "node:buffer";
import type { LogEvent, LogEvents } from "./item.ts";

/** The events as values, whichever form they are in. */
export function eventList(events: LogEvents): readonly LogEvent[] {
  return events.form === "parsed" ? events.list : JSON.parse(Buffer.from(events.bytes).toString("utf8")).logEvents;
}
