import * as z from "zod";

export type StdoutOptions = Record<string, never>;

export const stdoutOptions: z.ZodType<StdoutOptions> = z.strictObject({});
