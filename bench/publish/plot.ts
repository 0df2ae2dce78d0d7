import type { Lookup } from "./lookup.ts";
import type { Peers } from "./peers.ts";
import { element, svg, text } from "./svg.ts";

const ROWS = [
  ["w1", "load balancer logs"],
  ["w2", "CloudTrail"],
  ["w3", "CloudWatch by Kinesis"],
  ["w4", "JSON lines"],
  ["w5", "2,000 tiny objects"],
] as const;

const COLOURS = ["#1f6feb", "#8b949e", "#d4a72c", "#bc4c00"];
const INK = "#24292f";
const FAINT = "#d0d7de";
const WIDTH = 800;
const LEFT = 170;
const RIGHT = 60;
const TOP = 60;
const BAR = 13;
const GAP = 16;
const BELOW = 74;

interface Bar {
  readonly name: string;
  readonly value: number;
  /** First and third quartile. */
  readonly range?: readonly [number, number];
  readonly target?: number;
}

/** Ratios to the naive forwarder, one group of bars for each workload: the same bytes for the same results. */
export function speedPlot(found: Lookup, peers: Peers): string {
  const groups = ROWS.map(([workload, words]) => ({ words, bars: barsOf(workload, found, peers) }));
  const names = [...new Set(groups.flatMap(({ bars }) => bars.map(({ name }) => name)))];
  const most = Math.ceil(
    Math.max(...groups.flatMap(({ bars }) => bars.map(({ value, range }) => range?.[1] ?? value))),
  );
  const x = (ratio: number): number => LEFT + (ratio / most) * (WIDTH - LEFT - RIGHT);
  const parts: string[] = [];
  let y = TOP;
  for (const { words, bars } of groups) {
    parts.push(text(LEFT - 10, y + (bars.length * BAR) / 2 + 4, words, { "text-anchor": "end", "font-weight": 600 }));
    for (const bar of bars) {
      parts.push(...drawn(bar, x, y, COLOURS[names.indexOf(bar.name)] ?? INK));
      y += BAR;
    }
    y += GAP;
  }
  const grid = Array.from({ length: most + 1 }, (_, ratio) => gridLine(ratio, x(ratio), y - GAP));
  const height = y - GAP + BELOW;
  return svg(WIDTH, height, "Events per CPU-second, by the naive forwarder's", [
    text(LEFT, 24, "Events per CPU-second, × a naive Node.js forwarder", { "font-size": 15, "font-weight": 600 }),
    text(LEFT, 42, "gzip towards Elasticsearch; thin line: quartiles; dark tick: what is asked", { fill: "#57606a" }),
    ...grid,
    ...parts,
    ...legend(names, height - 40),
    text(LEFT, height - 10, `* measured once, ${peers.measured}, × the naive forwarder of that run`, {
      fill: "#57606a",
    }),
  ]);
}

function barsOf(workload: string, { target }: Lookup, { naive, peers }: Peers): Bar[] {
  const { median, from, to, bound } = target(workload);
  const asked = "atLeast" in bound ? { target: bound.atLeast } : {};
  const base = naive[workload] ?? Number.NaN;
  const others = peers.flatMap(({ name, eventsPerCpuSecond }) => {
    const speed = eventsPerCpuSecond[workload];
    return speed === undefined ? [] : [{ name: `${name}*`, value: speed / base }];
  });
  return [{ name: "Sluice", value: median, range: [from, to], ...asked }, { name: "naive", value: 1 }, ...others];
}

function drawn({ value, range, target }: Bar, x: (ratio: number) => number, y: number, fill: string): string[] {
  const middle = y + BAR / 2 - 1;
  const end = Math.max(value, range?.[1] ?? 0);
  return [
    element("rect", { x: x(0), y, width: x(value) - x(0), height: BAR - 2, fill }),
    ...(range === undefined ? [] : [line(x(range[0]), middle, x(range[1]), middle, INK)]),
    ...(target === undefined ? [] : [line(x(target), y, x(target), y + BAR - 2, INK)]),
    text(x(end) + 5, y + BAR - 3, value.toFixed(value < 1 ? 2 : 1)),
  ];
}

function gridLine(ratio: number, x: number, bottom: number): string {
  const label = text(x, bottom + 14, String(ratio), { "text-anchor": "middle", fill: "#57606a" });
  return line(x, TOP - 6, x, bottom, FAINT) + label;
}

function legend(names: readonly string[], y: number): string[] {
  const widths = names.map((name) => 24 + name.length * 6.2);
  return names.map((name, i) => {
    const x = 20 + widths.slice(0, i).reduce((sum, width) => sum + width, 0);
    return element("rect", { x, y: y - 9, width: 10, height: 10, fill: COLOURS[i] ?? INK }) + text(x + 14, y, name);
  });
}

function line(x1: number, y1: number, x2: number, y2: number, stroke: string): string {
  return element("line", { x1, y1, x2, y2, stroke, "stroke-width": 1.5 });
}
