import { ACCOUNT } from "./make-fixtures-events.ts";

const TIME = Date.UTC(2026, 10, 3, 9, 5);

/** What a subscription hands over of a log stream, one event a message, a tenth of a second apart. */
export function logs(logGroup: string, logStream: string, messages: readonly (string | object)[]): string {
  const payload = {
    messageType: "DATA_MESSAGE",
    owner: ACCOUNT,
    logGroup,
    logStream,
    subscriptionFilters: ["to-sluice"],
    logEvents: messages.map((message, i) => ({
      id: `3940${String(TIME + i * 100).padEnd(52, "7")}`,
      timestamp: TIME + i * 100,
      message: typeof message === "string" ? message : JSON.stringify(message),
    })),
  };
  return document(payload);
}

/** As Biome formats JSON: a single text in a list stays on its line. */
export function document(value: object): string {
  return `${JSON.stringify(value, null, 2).replace(/\[\n\s+("[^"\n]*")\n\s+\]/g, "[$1]")}\n`;
}
