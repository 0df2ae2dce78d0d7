import { S3Client } from "@aws-sdk/client-s3";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { tempFolder } from "../../testing/temp-folder.testing.ts";
import { type Place, plainPlace } from "./place.ts";
import { sdkPlace } from "./sdk-place.ts";

const KEYS = { AWS_ACCESS_KEY_ID: "AKIA", AWS_SECRET_ACCESS_KEY: "secret", AWS_SESSION_TOKEN: "token" };
/** A home without `.aws`. */
const ENV = { ...KEYS, AWS_REGION: "eu-west-1", HOME: import.meta.dirname };

function bySdk(bucket: string, region: string, endpoint?: string): Promise<Place | undefined> {
  const credentials = { accessKeyId: "AKIA", secretAccessKey: "secret" };
  return sdkPlace(new S3Client({ region, credentials, ...(endpoint === undefined ? {} : { endpoint }) }), bucket);
}

function where(place: Place | undefined) {
  return place === undefined ? undefined : { origin: place.origin, path: place.path, region: place.region };
}

describe("a plain place", () => {
  const BUCKET = fc.oneof(
    fc.constantFrom("logs", "my-logs", "a.b", "a--b", "x--use1-az4--x-s3", "ab", "Upper", "a_b", "point-1234-s3alias"),
    fc.string({ unit: fc.constantFrom(..."abz019-."), minLength: 3, maxLength: 63 }),
  );
  const REGION = fc.constantFrom(
    "us-east-1",
    "eu-west-1",
    "ap-southeast-7",
    "mx-central-1",
    "us-gov-west-1",
    "cn-north-1",
  );
  const ENDPOINT = fc.constantFrom(undefined, "http://127.0.0.1:4566", "https://10.0.0.1/", "http://localhost:4566");

  test("is, where there is one, where the SDK's rules place the bucket", async () => {
    const property = fc.asyncProperty(BUCKET, REGION, ENDPOINT, async (bucket, region, endpoint) => {
      const place = plainPlace(bucket, region, endpoint === undefined ? {} : { endpoint }, ENV);
      if (place === undefined) return;
      expect(where(place)).toEqual(where(await bySdk(bucket, region, endpoint)));
    });
    await fc.assert(property, { numRuns: 200 });
  });

  test("is there for every ordinary bucket, by name in AWS and by path at an address", async () => {
    const words = fc.string({ unit: fc.constantFrom(..."abz019"), minLength: 3, maxLength: 11 });
    const bucket = fc.array(words, { minLength: 1, maxLength: 5 }).map((all) => all.join("-"));
    const region = fc.constantFrom("us-east-1", "eu-west-1", "ap-southeast-7", "mx-central-1");
    const endpoint = fc.constantFrom(undefined, "http://127.0.0.1:4566", "https://10.0.0.1/");
    const property = fc.asyncProperty(bucket, region, endpoint, async (bucket, region, endpoint) => {
      const place = plainPlace(bucket, region, endpoint === undefined ? {} : { endpoint }, ENV);
      expect(place).toBeDefined();
      expect(where(place)).toEqual(where(await bySdk(bucket, region, endpoint)));
    });
    await fc.assert(property, { numRuns: 100 });
  });

  test("is that of a function with an ordinary bucket, whose credentials are in the environment", async () => {
    const place = plainPlace("logs", undefined, {}, ENV);
    expect(where(place)).toEqual({ origin: "https://logs.s3.eu-west-1.amazonaws.com", path: "", region: "eu-west-1" });
    const credentials = { accessKeyId: "AKIA", secretAccessKey: "secret", sessionToken: "token" };
    expect(await place?.credentials()).toEqual(credentials);
  });

  test.each(["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"])("is the address in %s", (name) => {
    const place = plainPlace("logs", "eu-west-2", {}, { ...ENV, [name]: "http://127.0.0.1:4566" });
    expect(where(place)).toEqual({ origin: "http://127.0.0.1:4566", path: "/logs", region: "eu-west-2" });
  });

  test.each([
    ["no credentials", { AWS_SECRET_ACCESS_KEY: undefined }],
    ["no region", { AWS_REGION: undefined }],
    ["a profile", { AWS_PROFILE: "prod" }],
    ["FIPS", { AWS_USE_FIPS_ENDPOINT: "true" }],
    ["dual stack", { AWS_USE_DUALSTACK_ENDPOINT: "true" }],
    ["ignored endpoints", { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" }],
    ["an endpoint by name", { AWS_ENDPOINT_URL: "https://bucket.vpce-1a2b.s3.eu-west-1.vpce.amazonaws.com" }],
    ["another partition", { AWS_REGION: "cn-north-1" }],
  ])("is nothing that could be told with %s", (_, env) => {
    expect(plainPlace("logs", undefined, {}, { ...ENV, ...env })).toBeUndefined();
  });

  test("is nothing that could be told where a file says more", async () => {
    const home = await tempFolder(onTestFinished, { ".aws/config": "[default]\nuse_fips_endpoint = true\n" });
    expect(plainPlace("logs", undefined, {}, { ...ENV, HOME: home })).toBeUndefined();
  });
});

describe("the SDK's place", () => {
  test.each([
    ["a.b", "https://s3.eu-west-1.amazonaws.com", "/a.b", "eu-west-1"],
    [
      "arn:aws:s3:eu-west-1:123456789012:accesspoint/logs",
      "https://logs-123456789012.s3-accesspoint.eu-west-1.amazonaws.com",
      "",
      "eu-west-1",
    ],
  ])("of %s is found by its rules", async (bucket, origin, path, region) => {
    expect(where(await bySdk(bucket, "eu-west-1"))).toEqual({ origin, path, region });
  });

  test.each(["logs--use1-az4--x-s3", "arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap"])(
    "of %s, which isn't signed in the common way, is none",
    async (bucket) => {
      expect(await bySdk(bucket, "us-east-1")).toBeUndefined();
    },
  );

  test("asks for credentials once, and again when they have expired", async () => {
    let asked = 0;
    const credentials = async () => ({ accessKeyId: `AKIA${++asked}`, secretAccessKey: "secret" });
    const place = await sdkPlace(new S3Client({ region: "eu-west-1", credentials }), "logs");
    expect(await place?.credentials()).toMatchObject({ accessKeyId: "AKIA1" });
    expect(await place?.credentials()).toMatchObject({ accessKeyId: "AKIA1" });
    place?.expired?.();
    expect(await place?.credentials()).toMatchObject({ accessKeyId: "AKIA2" });
    expect(await place?.credentials()).toMatchObject({ accessKeyId: "AKIA2" });
  });
});
