import type { ExplainedItem, Explanation } from "@sluice/core";
import { plural, printable, printableWhole } from "./text.ts";

/** How an event unwraps, for people: its units, their items, and where each would go. */
export function explanationTree({ trigger, items }: Explanation): string {
  const units = Map.groupBy(items, (item) => item.unit);
  const lines = [`${printable(trigger)}: ${plural(units.size, "unit")}, ${plural(items.length, "item")}`];
  for (const [unit, its] of units) {
    lines.push(unit === "" ? "the invocation" : printableWhole(unit));
    its.forEach((item, i) => {
      const last = i === its.length - 1;
      const [head, ...details] = itemLines(item);
      lines.push(`${last ? "└─" : "├─"} ${head}`, ...details.map((line) => `${last ? "   " : "│  "}   ${line}`));
    });
  }
  return `${lines.join("\n")}\n`;
}

function itemLines(item: ExplainedItem): string[] {
  const what = printableWhole(item.what);
  const envelopes = item.path.map(printable);
  const path = [...envelopes, what].join(" › ");
  const reason = printableWhole(item.reason ?? "no reason given");
  if (item.status === "ignored") return [envelopes.join(" › "), `ignored: ${reason}`];
  if (item.status === "undecodable") return [path, `CANNOT BE DECODED: ${reason}`];
  const details: readonly (readonly [string, string | undefined])[] = [
    ["compression", item.compression],
    ["source", item.source === undefined ? "detected" : `sources[${item.source}]`],
    ["format", item.format],
    ["dataset", item.dataset],
    ["namespace", item.namespace],
    ["sinks", item.sinks?.join(", ")],
  ];
  const said = details.filter(([, value]) => value !== undefined && value !== "");
  const line = said.map(([name, value]) => `${name} ${printable(value as string)}`).join(" · ");
  return [path, line, ...(item.reason === undefined ? [] : [`note: ${printable(item.reason)}`])];
}
