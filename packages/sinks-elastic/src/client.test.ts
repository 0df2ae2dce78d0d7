import { expect, test } from "vitest";
import { connect, secretsOf } from "./client.ts";
import { elasticsearchOptions } from "./options.ts";

test("a cloud id gives its address, and nothing is compressed twice", async () => {
  const id = Buffer.from("eu-west-1.aws.found.io$abcdef$kibana").toString("base64");
  const client = await connect(elasticsearchOptions.parse({ cloudId: `logs:${id}` }), "elasticsearch");
  const [connection] = client.connectionPool.connections;
  expect(connection?.url.href).toBe("https://abcdef.eu-west-1.aws.found.io/");
  const compression = Object.getOwnPropertySymbols(client.transport).find((each) => each.description === "compression");
  expect(compression && Reflect.get(client.transport, compression)).toBe(false);
  await client.close();
});

test("a pinned certificate needs no known authority", async () => {
  const fingerprint = "ab".repeat(32);
  const options = elasticsearchOptions.parse({ url: "https://127.0.0.1:9", tls: { fingerprint } });
  const client = await connect(options, "elasticsearch");
  expect(client.connectionPool.connections[0]?.tls).toMatchObject({ rejectUnauthorized: false });
  await client.close();
});

test("every form of the credentials is known as a secret", () => {
  const auth = { username: "elastic", password: "changeme" };
  const options = elasticsearchOptions.parse({ url: "https://a", auth, headers: { "X-Key": "k3y" } });
  expect(secretsOf(options)).toEqual(["changeme", Buffer.from("elastic:changeme").toString("base64"), "k3y"]);
});
