import { lambdaFixtures } from "./make-fixtures-formats-lambda.ts";

/** Path in fixtures/formats → content, of what functions, clusters, databases, web servers and programs write. */
export const serviceFormatFixtures: Readonly<Record<string, string | Uint8Array>> = {
  ...lambdaFixtures,
};
