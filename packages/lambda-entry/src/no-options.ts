import * as z from "zod";

/** Options of a sink that has none: for sinks made in code, which know what they need. */
export const noOptions: z.ZodType<Record<string, never>> = z.strictObject({});
