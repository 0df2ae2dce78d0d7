import type { Totals } from "./totals.ts";

/** What is so at this moment. */
export interface Gauges {
  readonly batches: number;
  readonly messages: number;
  /** Of objects that batches under way refer to. */
  readonly bytes: number;
  readonly circuitOpen: boolean;
  /** Milliseconds since the epoch; undefined before the first. */
  readonly lastReceive: number | undefined;
}

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

/** https://prometheus.io/docs/instrumenting/exposition_formats/ (text format 0.0.4) */
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

export function metricsText(totals: Totals, gauges: Gauges): string {
  const { messages, faults, counts, perSink, bytes } = totals;
  const sinks = (sums: Readonly<Record<string, number>>): Sample[] =>
    Object.entries(sums).map(([sink, n]) => [{ sink }, n]);
  return [
    counter("messages_received", "Messages received, each time anew.", one(messages.received)),
    counter("messages_deleted", "Messages done and deleted.", one(messages.deleted)),
    counter("messages_failed", "Messages left in the queue because they failed.", one(messages.failed)),
    counter("messages_returned", "Messages given back unfinished at a stop.", one(messages.returned)),
    counter(
      "queue_errors",
      "Requests to the queue that failed, retries included.",
      Object.entries(faults).map(([request, n]) => [{ request }, n]),
    ),
    counter("records_in", "Records read.", one(counts.in)),
    counter("records_filtered", "Records that no sink was meant to get.", one(counts.filtered)),
    counter("records_delivered", "Records a sink has taken.", sinks(perSink.delivered)),
    counter("records_dead_lettered", "Records a sink refused, kept as dead letters.", sinks(perSink.deadLettered)),
    counter("records_failed", "Records whose message comes again.", sinks(perSink.failed)),
    counter("records_dropped", "Records a sink that isn't required didn't take.", sinks(perSink.dropped)),
    counter("records_continued", "Records left to a continuation.", sinks(perSink.continued)),
    counter("objects_copied", "Objects a sink took over whole.", sinks(perSink.copied)),
    counter("bytes_read", "Bytes read, as stored.", one(bytes)),
    gauge("batches_in_flight", "Batches under way.", gauges.batches),
    gauge("messages_in_flight", "Messages under way.", gauges.messages),
    gauge("bytes_in_flight", "Bytes, as stored, of what is under way.", gauges.bytes),
    gauge("circuit_open", "1 while a required sink is down.", gauges.circuitOpen ? 1 : 0),
    gauge("last_receive_timestamp_seconds", "When the queue last answered.", (gauges.lastReceive ?? 0) / 1000),
  ].join("");
}

function one(value: number): Sample[] {
  return [[{}, value]];
}

function counter(name: string, help: string, samples: readonly Sample[]): string {
  return family(`sluice_${name}_total`, "counter", help, samples);
}

function gauge(name: string, help: string, value: number): string {
  return family(`sluice_${name}`, "gauge", help, one(value));
}

function family(name: string, type: string, help: string, samples: readonly Sample[]): string {
  const lines = samples.map(([labels, value]) => `${name}${labelText(labels)} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function labelText(labels: Labels): string {
  const all = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return all.length === 0 ? "" : `{${all.join(",")}}`;
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
