/** Told about progress while work goes on; must be cheap, must not throw. Counts are totals of the invocation so far. */
export interface Meter {
  progress(totals: {
    readonly in: number;
    readonly bytes: number;
    readonly units: number;
    readonly unitsDone: number;
  }): void;
}

export const silentMeter: Meter = { progress: () => {} };
