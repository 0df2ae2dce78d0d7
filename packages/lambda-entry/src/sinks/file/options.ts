import * as z from "zod";
import { PATH_FIELDS, placeholdersOf } from "./path-template.ts";

export interface FileOptions {
  /**
   * Relative to where the command runs. Folders are made. With placeholders ({dataset}, {namespace}; {yyyy}, {MM}, {dd}, {HH}
   * of the record's time, UTC) records go to a file each.
   */
  readonly path: string;
  /** false: the first document of a run replaces the file, so that a second run leaves the same documents. */
  readonly append: boolean;
  /** gzip: a member for each batch; `zcat` reads them as one. */
  readonly compression: "none" | "gzip";
}

const path = z
  .string()
  .min(1)
  .refine((template) => placeholdersOf(template).every((name) => PATH_FIELDS.includes(name)), {
    message: `expected no placeholders but {${PATH_FIELDS.join("}, {")}}`,
  });

export const fileOptions: z.ZodType<FileOptions> = z.strictObject({
  path,
  append: z.boolean().default(false),
  compression: z.enum(["none", "gzip"]).default("none"),
});
