import { databaseFixtures } from "./make-fixtures-formats-databases.ts";
import { eksFixtures } from "./make-fixtures-formats-eks.ts";
import { findingFixtures } from "./make-fixtures-formats-findings.ts";
import { lambdaFixtures } from "./make-fixtures-formats-lambda.ts";
import { serverFixtures } from "./make-fixtures-formats-servers.ts";

/** Path in fixtures/formats → content, of what functions, clusters, databases, web servers and programs write. */
export const serviceFormatFixtures: Readonly<Record<string, string | Uint8Array>> = {
  ...databaseFixtures,
  ...eksFixtures,
  ...findingFixtures,
  ...lambdaFixtures,
  ...serverFixtures,
};
