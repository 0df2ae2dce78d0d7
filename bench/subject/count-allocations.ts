/**
 * Calls a handler in this process and prints how many bytes it allocated on the JavaScript heap, warm:
 * `count-allocations.ts HANDLER-FILE EVENT-FILE WARM-UPS COUNTED`. Wants --expose-gc.
 */
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { GCProfiler, getHeapStatistics } from "node:v8";

type Handler = (event: unknown, context: object) => Promise<unknown>;

const [, , handlerFile = "", eventFile = "", warmUps, counted] = process.argv;
const { handler } = (await import(pathToFileURL(handlerFile).href)) as { handler: Handler };
const event = readFileSync(eventFile, "utf8");
const context = {
  awsRequestId: "00000000-0000-4000-8000-000000000000",
  invokedFunctionArn: "arn:aws:lambda:us-east-1:123456789012:function:forwarder",
  getRemainingTimeInMillis: () => 900_000,
};

await call(Number(warmUps));
globalThis.gc?.();
const profiler = new GCProfiler();
profiler.start();
const before = getHeapStatistics().used_heap_size;
await call(Number(counted));
const after = getHeapStatistics().used_heap_size;
const collected = profiler
  .stop()
  .statistics.reduce(
    (sum, gc) => sum + gc.beforeGC.heapStatistics.usedHeapSize - gc.afterGC.heapStatistics.usedHeapSize,
    0,
  );
console.log(collected + after - before);
process.exit();

async function call(times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    const answer = JSON.stringify(await handler(JSON.parse(event), context));
    if (/"itemIdentifier"/.test(answer)) throw new Error(`reported failures: ${answer.slice(0, 500)}`);
  }
}
