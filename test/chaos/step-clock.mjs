// Preloaded (`node --import`) in an environment: Date steps as CHAOS_CLOCK says, a list of [times asked, offset in ms].
const steps = JSON.parse(process.env.CHAOS_CLOCK ?? "[]");
const Real = Date;
const now = Real.now.bind(Real);
let asked = 0;
let offset = 0;

function stepped() {
  asked += 1;
  while (steps.length > 0 && asked >= steps[0][0]) {
    offset = steps.shift()[1];
    process.stderr.write(`[chaos] the clock stepped by ${offset} ms\n`);
  }
  return now() + offset;
}

globalThis.Date = new Proxy(Real, {
  apply: () => new Real(stepped()).toString(),
  construct: (target, args, as) => Reflect.construct(target, args.length === 0 ? [stepped()] : args, as),
  get: (target, name) => (name === "now" ? stepped : Reflect.get(target, name)),
});
