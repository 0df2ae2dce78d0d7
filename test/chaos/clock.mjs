// Preloaded (`node --import`) in an environment. Date goes by the run's simulated time, whose distance from the real one is a number in
// the file CHAOS_TIME, and so does the clock that is never set; and Date steps as CHAOS_CLOCK says, a list of [times asked, offset in ms].
import { openSync, readSync } from "node:fs";

const steps = JSON.parse(process.env.CHAOS_CLOCK ?? "[]");
const file = openSync(process.env.CHAOS_TIME, "r");
const ahead = new Float64Array(1);
const Real = Date;
const now = Real.now.bind(Real);
let asked = 0;
let offset = 0;

function simulated() {
  asked += 1;
  while (steps.length > 0 && asked >= steps[0][0]) {
    offset = steps.shift()[1];
    process.stderr.write(`[chaos] the clock stepped by ${offset} ms\n`);
  }
  readSync(file, ahead, 0, 8, 0);
  return now() + ahead[0] + offset;
}

globalThis.Date = new Proxy(Real, {
  apply: () => new Real(simulated()).toString(),
  construct: (target, args, as) => Reflect.construct(target, args.length === 0 ? [simulated()] : args, as),
  get: (target, name) => (name === "now" ? simulated : Reflect.get(target, name)),
});

const elapsed = performance.now.bind(performance);
performance.now = () => {
  readSync(file, ahead, 0, 8, 0);
  return elapsed() + ahead[0];
};
