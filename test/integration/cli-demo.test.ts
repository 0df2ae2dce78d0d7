import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, inject, onTestFinished, test } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const exec = promisify(execFile);

test("the demo shows what is true, and exits 0", async () => {
  const { stdout } = await exec(process.execPath, [join(ROOT, "tooling/demo.ts")]);
  for (const words of ["ignored: s3:TestEvent", "batchItemFailures", "Next: send the same to Elasticsearch"])
    expect(stdout).toContain(words);
});

test("what the demo says to type next: in Elasticsearch a second run adds nothing", async () => {
  const dir = await mkdtemp(join(tmpdir(), "sluice-demo-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const sample = await readFile(join(ROOT, "samples/elasticsearch.yaml"), "utf8");
  const dataset = "    dataset: aws.elb_logs\n";
  expect(sample).toContain(dataset);
  await writeFile(join(dir, "es.yaml"), sample.replace(dataset, `${dataset}    namespace: demo\n`));
  const input = ["--event", join(ROOT, "samples/event.json"), "--root", join(ROOT, "samples/buckets")];
  const env = { ...process.env, INIT_CWD: dir, ELASTICSEARCH_URL: inject("esUrl") };
  for (let times = 0; times < 2; times++) {
    const run = exec(
      process.execPath,
      [join(ROOT, "tooling/sluice.ts"), "run", "--config", "es.yaml", ...input, "--json"],
      { env },
    );
    // Exit 1, as one of the messages is malformed.
    const { stdout } = (await run.catch((error: unknown) => error)) as { stdout: string };
    expect(JSON.parse(stdout)).toMatchObject({ in: 560, delivered: { search: 443 }, failed: {}, deadLettered: {} });
    const stream = `${inject("esUrl")}/logs-aws.elb_logs-demo`;
    await fetch(`${stream}/_refresh`, { method: "POST" });
    const { count } = (await (await fetch(`${stream}/_count`)).json()) as { count: number };
    expect(count).toBe(443);
  }
});
