import { createServer } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { assumeRole } from "./assume-role.ts";

const ARN = "arn:aws:iam::210987654321:role/log-reader";

/** The service that hands out credentials; each lasts as long as `lastsMs` says. */
async function tokenService(lastsMs: () => number) {
  const asked: URLSearchParams[] = [];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    asked.push(new URLSearchParams(text));
    const expiration = new Date(Date.now() + lastsMs()).toISOString();
    response.writeHead(200, { "content-type": "text/xml" });
    response.end(
      `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>key${asked.length}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken><Expiration>${expiration}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  const credentials = { accessKeyId: "own", secretAccessKey: "secret" };
  return { asked, aws: { region: "eu-west-1", endpoint: `http://127.0.0.1:${port}`, credentials } };
}

const HOUR = 3_600_000;

test("takes the role on once, and keeps what it was given", async () => {
  const { asked, aws } = await tokenService(() => HOUR);
  const credentials = assumeRole({ arn: ARN, externalId: "shared" }, aws);
  expect(await credentials()).toMatchObject({ accessKeyId: "key1", secretAccessKey: "secret", sessionToken: "token" });
  expect(await credentials()).toMatchObject({ accessKeyId: "key1" });
  expect(asked).toHaveLength(1);
  expect(Object.fromEntries(asked[0] as URLSearchParams)).toMatchObject({
    Action: "AssumeRole",
    RoleArn: ARN,
    RoleSessionName: "sluice",
    ExternalId: "shared",
  });
});

test("again shortly before they expire, and when they were refused", async () => {
  let lasts = 60_000;
  const { asked, aws } = await tokenService(() => lasts);
  const credentials = assumeRole({ arn: ARN }, aws);
  await credentials();
  lasts = HOUR;
  expect(await credentials()).toMatchObject({ accessKeyId: "key2" });
  expect(await credentials()).toMatchObject({ accessKeyId: "key2" });
  expect(await credentials({ forceRefresh: true })).toMatchObject({ accessKeyId: "key3" });
  expect(asked[0]?.has("ExternalId")).toBe(false);
});
