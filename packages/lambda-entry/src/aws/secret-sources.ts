import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { quote, SluiceError } from "@sluice/core";
import type { Env } from "../env.ts";
import { type AwsOptions, regionOfArn } from "./options.ts";

const CONNECT_TIMEOUT_MS = 2_000;
const SOCKET_TIMEOUT_MS = 5_000;

type Fetch = (name: string) => Promise<string>;

/** Fetches one secret by its reference, anew each time. The AWS clients are loaded and made when first needed. */
export function secretSources(env: Env, cwd: string, aws: AwsOptions): Fetch {
  const decrypt = kmsSource(aws);
  const sources: Readonly<Record<string, Fetch>> = {
    ssm: ssmSource(aws, decrypt),
    secretsmanager: secretsManagerSource(aws),
    kms: decrypt,
    env: async (name) => found(env[name], "no such variable"),
    file: async (path) => (await readFile(resolve(cwd, path), "utf8")).replace(/\r?\n$/, ""),
  };
  return async (reference) => {
    const [kind = "", name = ""] = split(reference, ":");
    const source = Object.hasOwn(sources, kind) ? sources[kind] : undefined;
    if (source === undefined) throw unavailable(reference, `expected one of ${Object.keys(sources).join(", ")}`);
    try {
      return await source(name);
    } catch (error) {
      throw unavailable(reference, wordsOf(error), error);
    }
  };
}

/** Why a secret isn't there, in our own words. */
class Absent extends Error {}

function found(value: string | undefined, why: string): string {
  if (value === undefined) throw new Absent(why);
  return value;
}

function ssmSource(aws: AwsOptions, decrypt: Fetch): Fetch {
  const client = perRegion(async (config) => new (await import("./sdk/ssm.ts")).SSMClient(config), aws);
  return async (name) => {
    const [path = "", cipher] = split(name, "|");
    if (cipher !== undefined && cipher !== "kms") throw new Absent("expected nothing, or kms, after |");
    const { GetParameterCommand } = await import("./sdk/ssm.ts");
    const ssm = await client(regionOfArn(path));
    const answer = await ssm.send(new GetParameterCommand({ Name: path, WithDecryption: true }));
    const value = found(answer.Parameter?.Value, "the parameter has no value");
    return cipher === "kms" ? decrypt(value) : value;
  };
}

function secretsManagerSource(aws: AwsOptions): Fetch {
  const load = () => import("./sdk/secrets-manager.ts");
  const client = perRegion(async (config) => new (await load()).SecretsManagerClient(config), aws);
  return async (name) => {
    const [id = "", key] = split(name, "#");
    const { GetSecretValueCommand } = await load();
    const answer = await (await client(regionOfArn(id))).send(new GetSecretValueCommand({ SecretId: id }));
    const binary = answer.SecretBinary;
    const text = answer.SecretString ?? (binary === undefined ? undefined : Buffer.from(binary).toString("utf8"));
    const value = found(text, "the secret has no value");
    return key === undefined ? value : member(value, key);
  };
}

/** The parser's own error would quote the secret, so it goes no further. */
function member(json: string, key: string): string {
  let object: unknown;
  try {
    object = JSON.parse(json);
  } catch {}
  if (object === null || typeof object !== "object") throw new Absent("the secret is not a JSON object");
  const value: unknown = Object.hasOwn(object, key) ? Reflect.get(object, key) : undefined;
  if (value === undefined || value === null || typeof value === "object") {
    throw new Absent(`the secret's JSON has no text under ${quote(key)}`);
  }
  return String(value);
}

function kmsSource(aws: AwsOptions): Fetch {
  const client = perRegion(async (config) => new (await import("./sdk/kms.ts")).KMSClient(config), aws);
  return async (base64) => {
    const { DecryptCommand } = await import("./sdk/kms.ts");
    const answer = await (await client()).send(new DecryptCommand({ CiphertextBlob: Buffer.from(base64, "base64") }));
    const plain = answer.Plaintext;
    return found(plain === undefined ? undefined : Buffer.from(plain).toString("utf8"), "no plaintext came back");
  };
}

type ClientConfig = AwsOptions & {
  readonly requestHandler: { readonly connectionTimeout: number; readonly socketTimeout: number };
};

function perRegion<Client>(
  make: (config: ClientConfig) => Promise<Client>,
  aws: AwsOptions,
): (region?: string) => Promise<Client> {
  const clients = new Map<string | undefined, Promise<Client>>();
  const requestHandler = { connectionTimeout: CONNECT_TIMEOUT_MS, socketTimeout: SOCKET_TIMEOUT_MS };
  return (region) => {
    let client = clients.get(region);
    if (client === undefined) {
      client = make({ ...aws, ...(region === undefined ? {} : { region }), requestHandler });
      clients.set(region, client);
    }
    return client;
  };
}

/** Before and after the first `mark`; the second is undefined without one. */
function split(text: string, mark: string): [string, string?] {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function wordsOf(error: unknown): string {
  if (error instanceof Absent) return error.message;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

function unavailable(reference: string, why: string, cause?: unknown): SluiceError {
  const shown = reference.startsWith("kms:") ? `${reference.slice(0, 20)}…` : reference;
  return new SluiceError("SECRET_UNAVAILABLE", `${quote(shown)}: ${quote(why)}`, { cause });
}
