/** `node bench/workloads/prepare.ts w1 w4-1g …` makes workloads ahead of a run and says what they are. */
import { prepare, WORKLOADS, workloadNamed } from "./workloads.ts";

const names = process.argv.slice(2);
for (const workload of names.length === 0 ? WORKLOADS : names.map(workloadNamed)) {
  const { events, objects } = await prepare(workload);
  const records = events.reduce((sum, event) => sum + event.records, 0);
  const raw = events.reduce((sum, event) => sum + event.rawBytes, 0);
  const stored = objects.reduce((sum, object) => sum + object.size, 0);
  const sizes = `${(raw / 1e6).toFixed(1)} MB raw, ${Math.round(raw / records)} bytes each`;
  console.log(`${workload.name}: ${records} records, ${sizes}, ${objects.length} objects of ${stored} bytes`);
}
