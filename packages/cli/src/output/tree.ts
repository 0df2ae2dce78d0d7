import type { ExplainedArchive, ExplainedItem, ExplainedRecord, ExplainedRoute, Explanation } from "@sluice/core";
import { plural, printable, printableWhole } from "./text.ts";

/** Longest piece of a record that is shown, in characters. */
const RECORD_CHARS = 160;

interface Node {
  readonly label: string;
  readonly details: readonly string[];
  readonly children: Node[];
}

/** How an event unwraps, for people: its units, envelope by envelope, what is in them, and where that would go. */
export function explanationTree({ trigger, items }: Explanation): string {
  const units = Map.groupBy(items, (item) => item.unit);
  const lines = [`${printable(trigger)}: ${plural(units.size, "unit")}, ${plural(items.length, "item")}`];
  for (const [unit, its] of units) {
    const root: Node = { label: unit === "" ? "the invocation" : printableWhole(unit), details: [], children: [] };
    for (const item of its) envelopeOf(root, item.path).children.push(itemNode(item));
    lines.push(root.label, ...branches(root));
  }
  return `${lines.join("\n")}\n`;
}

/** The innermost of the envelopes; items that follow each other share those that they are both in. */
function envelopeOf(root: Node, path: readonly string[]): Node {
  let at = root;
  for (const name of path) {
    const label = printable(name);
    const last = at.children.at(-1);
    const inner = last?.label === label && last.details.length === 0 ? last : { label, details: [], children: [] };
    if (inner !== last) at.children.push(inner);
    at = inner;
  }
  return at;
}

function branches(node: Node): string[] {
  return node.children.flatMap((child, i) => {
    const last = i === node.children.length - 1;
    const below = [...child.details.map((line) => `   ${line}`), ...branches(child)];
    return [`${last ? "└─" : "├─"} ${child.label}`, ...below.map((line) => `${last ? "   " : "│  "}${line}`)];
  });
}

function itemNode(item: ExplainedItem): Node {
  const reason = printableWhole(item.reason ?? "no reason given");
  if (item.status === "ignored") return leaf(`ignored: ${reason}`);
  const what = printableWhole(item.what);
  if (item.status === "undecodable") return leaf(what, `CANNOT BE DECODED: ${reason}`);
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["compression", item.compression],
    ["framing", item.framing],
    ["source", item.source === undefined ? undefined : `sources[${item.source}]`],
    ["format", item.format === undefined ? undefined : `${item.format}${because(item)}`],
    ["dataset", item.dataset],
    ["namespace", item.namespace],
  ];
  const said = facts.filter(([, value]) => value !== undefined && value !== "");
  return leaf(
    what,
    ...(said.length === 0 ? [] : [said.map(([name, value]) => `${name} ${printable(value as string)}`).join(" · ")]),
    ...(item.routes ?? []).map(routeLine),
    ...(item.archive === undefined ? [] : archiveLines(item.archive)),
    ...(item.copiedBy === undefined ? [] : [`copied whole, not read, by ${item.copiedBy.map(printable).join(", ")}`]),
    ...(item.reason === undefined ? [] : [`note: ${printable(item.reason)}`]),
    ...(item.records ?? []).map(recordLine),
  );
}

function leaf(label: string, ...details: readonly string[]): Node {
  return { label, details, children: [] };
}

function because({ formatFrom }: ExplainedItem): string {
  switch (formatFrom) {
    case "config":
      return " (by the config)";
    case "log group":
      return " (by the log group's name)";
    case "content":
      return " (by its content)";
    case "nothing":
      return " (no format fits)";
    case "archive":
      return " (an archive wrote it)";
    default:
      return "";
  }
}

function archiveLines({ kind, keepsIds, reason, of, from, heldBy }: ExplainedArchive): string[] {
  const what = of === undefined ? kind : `${kind} of ${printableWhole(of)} from byte ${from}`;
  const ids = keepsIds ? "its records keep their ids and origins" : "its records would get new ids";
  const held = `in ${heldBy.map(printable).join(", ")} already: not written there again`;
  return [
    `from an archive: ${printableWhole(what)}; ${ids}${reason === undefined ? "" : `: ${printableWhole(reason)}`}`,
    ...(heldBy.length === 0 ? [] : [held]),
  ];
}

function routeLine({ routes, sinks, filtered }: ExplainedRoute): string {
  const by = routes.map((route) => `routes[${route}]`).join(", ");
  const to = sinks.map(printable).join(", ");
  return `→ ${to}${by === "" ? "" : ` by ${by}`}${filtered ? ": taken out by the route's own steps" : ""}`;
}

/** Control characters in a record are what JSON makes of them. */
function recordLine({ document }: ExplainedRecord): string {
  const text = printableWhole(JSON.stringify(document));
  return text.length > RECORD_CHARS ? `${text.slice(0, RECORD_CHARS)}…` : text;
}
