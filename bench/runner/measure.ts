import type { StandIns } from "../stubs/stand-ins.ts";
import { prepare } from "../workloads/workloads.ts";
import { writeCells } from "./cells.ts";
import type { Measurement } from "./measurement.ts";
import type { Cores } from "./pin.ts";
import type { Step } from "./plan.ts";
import { runOnce } from "./run-once.ts";

/** All steps, round by round; `done` hears of each run. */
export async function measureAll(
  steps: readonly Step[],
  rounds: number,
  standIns: StandIns,
  cores: Cores,
  done: (measurement: Measurement) => void,
): Promise<Measurement[]> {
  const all: Measurement[] = [];
  for (let round = 0; round < rounds; round++)
    for (const step of steps)
      if (round < step.rounds)
        for await (const measurement of measureStep(step, round, standIns, cores)) {
          done(measurement);
          all.push(measurement);
        }
  return all;
}

/** Subjects of a workload run right after one another, the other way round in every second round. */
async function* measureStep(
  { workload, subjects }: Step,
  round: number,
  standIns: StandIns,
  cores: Cores,
): AsyncGenerator<Measurement> {
  const prepared = await prepare(workload);
  const { warmUps, counted } = workload;
  const core = cores.function;
  if (round === 0 && subjects.some(({ name }) => name === "gzip-only"))
    await writeCells(prepared, (run) => runOnce({ ...run, standIns, core }));
  for (const subject of round % 2 === 0 ? subjects : subjects.toReversed()) {
    const run = await runOnce({ subject, workload: prepared, warmUps, counted, standIns, core });
    yield { workload: workload.name, subject: subject.name, round, run };
  }
}
