const WARM_UPS = 1;
const REPETITIONS = 4;

/**
 * CPU seconds that each work takes, in all of this process's threads: the least of several times, taken in turns, so
 * that whatever else the machine does weighs little and the works can be compared.
 */
export async function leastCpu(works: readonly (() => Promise<void>)[]): Promise<number[]> {
  const least = works.map(() => Number.POSITIVE_INFINITY);
  for (let turn = 0; turn < WARM_UPS + REPETITIONS; turn++) {
    for (const [i, work] of works.entries()) {
      const before = process.cpuUsage();
      await work();
      const { user, system } = process.cpuUsage(before);
      if (turn >= WARM_UPS) least[i] = Math.min(least[i] as number, (user + system) / 1e6);
    }
  }
  return least;
}
