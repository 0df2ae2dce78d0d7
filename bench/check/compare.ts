/** What the check found, and what bench/expected.json has recorded of an earlier one, by the same names. */
export interface Figures {
  /** Events per CPU-second, by the yardstick's. */
  readonly ratios: Readonly<Record<string, number>>;
  /** Bytes on the JavaScript heap. */
  readonly allocatedPerEvent: Readonly<Record<string, number>>;
  /** Of code, minified. */
  readonly loadedBytes: number;
}

/** How much worse than recorded a figure may be. Ratios of CPU time differ between machines; the other two hardly do. */
export const ALLOWED = { ratios: 0.8, allocatedPerEvent: 1.2, loadedBytes: 1.2 } as const;

export interface Compared {
  readonly name: string;
  readonly expected: number | undefined;
  readonly bound: number;
  readonly found: number;
  readonly ok: boolean;
}

/** A figure that nothing was recorded for, or that isn't a number, is not ok. */
export function compare(expected: Figures, found: Figures): Compared[] {
  return [
    ...each(found.ratios, (name, value) => atLeast(`${name}, × yardstick`, expected.ratios[name], value)),
    ...each(found.allocatedPerEvent, (name, value) =>
      atMost(`${name}, bytes allocated an event`, expected.allocatedPerEvent[name], value, ALLOWED.allocatedPerEvent),
    ),
    atMost("code loaded, bytes", expected.loadedBytes, found.loadedBytes, ALLOWED.loadedBytes),
  ];
}

function each(figures: Readonly<Record<string, number>>, judge: (name: string, value: number) => Compared): Compared[] {
  return Object.entries(figures).map(([name, value]) => judge(name, value));
}

function atLeast(name: string, expected: number | undefined, found: number): Compared {
  const bound = (expected ?? Number.NaN) * ALLOWED.ratios;
  return { name, expected, bound, found, ok: found >= bound };
}

function atMost(name: string, expected: number | undefined, found: number, share: number): Compared {
  const bound = (expected ?? Number.NaN) * share;
  return { name, expected, bound, found, ok: found <= bound };
}
