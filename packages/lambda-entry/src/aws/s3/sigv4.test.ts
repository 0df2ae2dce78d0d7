import { S3Client } from "@aws-sdk/client-s3";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Credentials, getSigner, uriEncode, uriPath } from "./sigv4.ts";

const HOST = "logs.s3.eu-west-1.amazonaws.com";

/** What the SDK's own signer answers, for a request with the same headers. */
async function signedBySdk(region: string, credentials: Credentials, path: string, versionId: string, now: number) {
  const { sessionToken, ...pair } = credentials;
  const client = new S3Client({ region, credentials: sessionToken === undefined ? pair : { ...pair, sessionToken } });
  const signer = await client.config.signer({
    name: "sigv4",
    signingName: "s3",
    signingRegion: region,
    properties: {},
  });
  const headers = { host: HOST, "x-amz-content-sha256": getSha256() };
  const query: Record<string, string> = versionId === "" ? {} : { versionId };
  const request = { method: "GET", protocol: "https:", hostname: HOST, path, query, headers };
  return (await signer.sign(request, { signingDate: new Date(now), signingRegion: region, signingService: "s3" }))
    .headers;
}

function getSha256(): string {
  const signed = getSigner(HOST, "x")({ path: "/", query: "" }, { accessKeyId: "a", secretAccessKey: "b" }, 0);
  return signed["x-amz-content-sha256"] ?? "";
}

const SECRETS = fc.string({ minLength: 1, maxLength: 50, unit: fc.constantFrom(..."abcXYZ019+/=") });
const CREDENTIALS = fc.record(
  { accessKeyId: SECRETS, secretAccessKey: SECRETS, sessionToken: SECRETS },
  { requiredKeys: ["accessKeyId", "secretAccessKey"] },
);
const TEXT = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 });
const TIME = fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2099, 0, 1) });
const REGION = fc.constantFrom("eu-west-1", "us-gov-west-1", "cn-north-1");

test("signs whatever the SDK signs, alike", async () => {
  const property = fc.asyncProperty(REGION, CREDENTIALS, TEXT, fc.option(TEXT, { nil: "" }), TIME, async (...given) => {
    const [region, credentials, key, versionId, now] = given;
    const path = `/${uriPath(key)}`;
    const query = versionId === "" ? "" : `versionId=${uriEncode(versionId)}`;
    const signed = getSigner(HOST, region)({ path, query }, credentials, now);
    expect(signed).toEqual(withoutHost(await signedBySdk(region, credentials, path, versionId, now)));
  });
  await fc.assert(property, { numRuns: 200 });
});

function withoutHost({ host, ...headers }: Record<string, string>) {
  expect(host).toBe(HOST);
  return headers;
}

test("a key's slashes stay in its path, whatever else is encoded", () => {
  const plain = fc.string({ unit: fc.constantFrom(..."aZ09_-.~/") });
  const property = fc.property(fc.oneof(plain, TEXT), (key) => {
    expect(uriPath(key).split("/")).toEqual(key.split("/").map(uriEncode));
  });
  fc.assert(property);
});

test("keeps nothing longer than the second and the credentials", () => {
  const sign = getSigner(HOST, "eu-west-1");
  const request = { path: "/k", query: "" };
  const credentials = { accessKeyId: "a", secretAccessKey: "b" };
  const others = { accessKeyId: "a", secretAccessKey: "c" };
  const noon = Date.UTC(2026, 4, 1, 12);
  for (const [who, when] of [
    [credentials, noon],
    [credentials, noon + 999],
    [credentials, noon + 1000],
    [credentials, noon + 86_400_000],
    [others, noon + 86_400_000],
    [credentials, noon],
  ] as const)
    expect(sign(request, who, when)).toEqual(getSigner(HOST, "eu-west-1")(request, who, when));
});
