import * as z from "zod";

export interface FileOptions {
  /** Relative to where the command runs. Folders are made. */
  readonly path: string;
  /** false: the first document of a run replaces the file, so that a second run leaves the same documents. */
  readonly append: boolean;
}

export const fileOptions: z.ZodType<FileOptions> = z.strictObject({
  path: z.string().min(1),
  append: z.boolean().default(false),
});
