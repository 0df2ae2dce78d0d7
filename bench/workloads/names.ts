import type { Random } from "./random.ts";

/** What every workload's AWS is called. */
export const ACCOUNT = "123456789012";
export const REGION = "us-east-1";
export const BUCKET = "logs-bucket";
/** All logs begin here (2026-05-01T00:00:00Z, in milliseconds), so that they are the same whenever they are made. */
export const EPOCH_MS: number = Date.UTC(2026, 4, 1);

export function address(random: Random): string {
  return `${random.int(2, 223)}.${random.int(0, 255)}.${random.int(0, 255)}.${random.int(1, 254)}`;
}

export function listOf<T>(count: number, make: (i: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, i) => make(i));
}
