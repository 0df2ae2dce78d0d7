import * as z from "zod";

export interface FirehoseOptions {
  /** Name of the delivery stream. */
  readonly stream: string;
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
  /** From connecting to the answer, in milliseconds; beyond it the batch is sent again. */
  readonly requestTimeoutMs: number;
}

export const options: z.ZodType<FirehoseOptions> = z.strictObject({
  stream: z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, "expected the name of a delivery stream (not its ARN)"),
  region: z.string().min(1).optional(),
  endpoint: z.url().optional(),
  requestTimeoutMs: z.int().positive().default(30_000),
});
