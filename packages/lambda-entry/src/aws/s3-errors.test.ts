import { S3Client } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { s3ErrorCode } from "./s3-errors.ts";

test("a machine without a region is no bug of ours", async () => {
  const error = await new Promise((resolve) => {
    try {
      new S3Client({ region: "" }).config.region().then(resolve, resolve);
    } catch (thrown) {
      resolve(thrown);
    }
  });
  expect(String(error)).toBe("Error: Region is missing");
  expect(s3ErrorCode(error)).toBe("ACCESS_DENIED");
});
