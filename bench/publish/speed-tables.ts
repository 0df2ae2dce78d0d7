import { orNothing } from "../runner/summary.ts";
import { mb, thousands } from "../runner/table.ts";
import { boundText, figure } from "../targets/report.ts";
import type { Lookup } from "./lookup.ts";
import { markdownTable } from "./sections.ts";

/** README's table: workload, subject, its words, and the target that has its ratio. */
const SPEED = [
  ["w1", "sluice", "load balancer logs, 64 MB gzip", "w1"],
  ["w1", "sluice-ecs", "the same, parsed to ECS (naive doesn't parse)", "w1-ecs"],
  ["w2", "sluice", "CloudTrail, 64 MB gzip", "w2"],
  ["w2", "sluice-ecs", "the same, parsed to ECS (naive doesn't parse)", "w2-ecs"],
  ["w3", "sluice", "CloudWatch Logs by way of Kinesis", "w3"],
  ["w4", "sluice", "JSON lines, 64 MB gzip", "w4"],
  ["w5", "sluice", "2,000 tiny objects", "w5"],
] as const;

export function speedTable({ row, target }: Lookup): string {
  const rows = SPEED.map(([workload, subject, words, id]) => {
    const [own, naive] = [row(workload, subject), row(workload, "naive")];
    const ratio = target(id).median.toFixed(1);
    return [words, whole(own.eventsPerCpuSecond), ratio, mb(own.peakRss), mb(naive.peakRss)];
  });
  const large = row("w1-1g", "sluice");
  const last = [
    "load balancer logs, 1 GB in one gzip object",
    whole(large.eventsPerCpuSecond),
    "",
    mb(large.peakRss),
    "",
  ];
  return markdownTable(["", "Sluice", "× naive", "memory, MB", "naive, MB"], [...rows, last]);
}

export function aboutRun({ results: { commit, at, rounds, seconds, machine } }: Lookup): string {
  const { model, cores, node } = machine;
  const where = `${model.trim()}, ${cores} cores, Node ${node.replace("v", "")}`;
  return `At commit ${commit}, on ${at.slice(0, 10)}: ${where}; ${rounds} rounds in ${seconds} s.`;
}

const HEAD = [
  ...["workload", "subject", "rounds", "events per CPU-second", "× its yardstick (quartiles)"],
  ...["bytes sent a document", "peak MB", "first bulk, ms"],
];

export function ratesTable({ results }: Lookup): string {
  const rows = results.rows.map(({ workload, subject, ratio, ...row }) => [
    `\`${workload}\``,
    `\`${subject}\``,
    String(row.rounds),
    thousands(row.eventsPerCpuSecond),
    ratio === undefined ? "" : `${ratio.median.toFixed(2)} (${ratio.from.toFixed(2)}–${ratio.to.toFixed(2)})`,
    orNothing(row.sentBytesPerDocument),
    mb(row.peakRss),
    orNothing(row.startToFirstBulkMs),
  ]);
  return markdownTable(HEAD, rows);
}

export function targetsTable({ results: { targets } }: Lookup): string {
  const rows = targets.map(({ title, bound, unit, median, from, to, values, verdict }) => {
    const quartiles = values.length < 2 ? "" : ` (${figure(from, unit)}–${figure(to, unit)})`;
    return [title, boundText(bound, unit), `${figure(median, unit)}${quartiles}`, verdict];
  });
  const passed = targets.filter(({ verdict }) => verdict === "pass").length;
  const table = markdownTable(["", "asked", "median (quartiles)", "verdict"], rows);
  return `${table}\n\n${passed} of ${targets.length} pass.`;
}

function whole(count: number): string {
  return `${(count / 1000).toFixed(0)}k`;
}
