import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreateKeyCommand, EncryptCommand, KMSClient } from "@aws-sdk/client-kms";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { unzipSync } from "fflate";
import { PARAMETERS } from "../faults/secrets.ts";
import { Lender } from "./engine.ts";
import { Search } from "./search.ts";
import { Store } from "./store.ts";

export const ZIP: string = path.resolve(import.meta.dirname, "../../../packages/lambda-entry/dist/sluice-lambda.zip");

/** What all runs share: the engines, and the function as it is deployed. */
export interface Stand {
  readonly search: Search;
  readonly store: Store;
  /** Of an engine that a run has for itself. */
  readonly engines: Lender;
  readonly awsEndpoint: string;
  readonly taskRoot: string;
  /** A folder for small files. */
  readonly scratch: string;
  stop(): Promise<void>;
}

export async function standOn(searchUrl: string, awsEndpoint: string): Promise<Stand> {
  process.setMaxListeners(0); // each environment watches for this process's end
  const search = new Search(searchUrl);
  const store = new Store(awsEndpoint);
  const scratch = await mkdtemp(path.join(tmpdir(), "sluice-chaos-"));
  const taskRoot = path.join(scratch, "task");
  await Promise.all([search.setUp(), store.setUp(), putSecrets(awsEndpoint), unzip(ZIP, taskRoot)]);
  const engines = new Lender();
  const stop = async (): Promise<void> => {
    await engines.stop();
    await rm(scratch, { recursive: true, force: true });
  };
  return { search, store, engines, awsEndpoint, taskRoot, scratch, stop };
}

async function putSecrets(endpoint: string): Promise<void> {
  const aws = { endpoint, region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" } };
  const kms = new KMSClient(aws);
  const ssm = new SSMClient(aws);
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  const Plaintext = Buffer.from("a2V5OnZhbHVl");
  const { CiphertextBlob = new Uint8Array() } = await kms.send(
    new EncryptCommand({ KeyId: KeyMetadata?.KeyId, Plaintext }),
  );
  const values = [
    [PARAMETERS.plain, Plaintext.toString()],
    [PARAMETERS.cipher, Buffer.from(CiphertextBlob).toString("base64")],
  ] as const;
  for (const [Name, Value] of values) {
    await ssm.send(new PutParameterCommand({ Name, Value, Type: "SecureString", Overwrite: true }));
  }
  kms.destroy();
  ssm.destroy();
}

export async function unzip(zip: string, folder: string): Promise<void> {
  for (const [name, bytes] of Object.entries(unzipSync(await readFile(zip)))) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, bytes);
  }
}
