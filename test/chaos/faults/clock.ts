import type { FaultKind } from "./kind.ts";

const HOUR_MS = 3_600_000;

/** The environments' clock steps, forwards and backwards, each time that it was asked so often; at last it is right again. */
export const clockSteps: FaultKind = {
  name: "clock-steps",
  make(random) {
    let asked = 0;
    const steps = Array.from({ length: 1 + random.below(4) }, () => {
      asked += 1 + random.below(20);
      const offsetMs = random.pick([-24 * HOUR_MS, -HOUR_MS, -500, 300, 5_000, HOUR_MS, 365 * 24 * HOUR_MS]);
      return [asked, offsetMs];
    });
    steps.push([asked + 1 + random.below(20), 0]);
    let isMet = false;
    return {
      name: this.name,
      variables: { CHAOS_CLOCK: JSON.stringify(steps) },
      get fired() {
        return isMet ? 1 : 0;
      },
      async settled({ environment }) {
        isMet ||= (await environment.logs()).includes("[chaos] the clock stepped");
      },
    };
  },
};
