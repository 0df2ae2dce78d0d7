import type { Product } from "./client.ts";
import type { Ask } from "./lookup.ts";
import type { ElasticOptions } from "./options.ts";
import { errorOf } from "./refusal.ts";
import { PLACEHOLDER } from "./target.ts";

const READ = "read";
const METADATA = "view_index_metadata";

/** What once depends on, and the key may not do, as words for `check --connect`; where that can't be told, nothing. */
export async function missingPrivileges(
  { target, dedupe, dedupeWindowMs }: ElasticOptions,
  product: Product,
  ask: Ask,
): Promise<readonly string[]> {
  const names = target.split(PLACEHOLDER).map((part, i) => (i % 2 === 0 ? part : "*"));
  const pattern = names.join("");
  const missing = await (product === "elasticsearch" ? ofElasticsearch(pattern, ask) : ofOpenSearch(pattern, ask));
  const isNeeded = (privilege: Privilege): boolean => privilege === READ || (dedupe === "stream" && dedupeWindowMs > 0);
  return missing.filter(isNeeded).map((privilege) => `dedupe: ${WORDS[privilege](pattern)}`);
}

type Privilege = typeof READ | typeof METADATA;

const WORDS: Readonly<Record<Privilege, (pattern: string) => string>> = {
  [READ]: (pattern) =>
    `the key lacks the index privilege "${READ}" on ${pattern}: what may have been delivered before fails`,
  [METADATA]: (pattern) =>
    `the key lacks the index privilege "${METADATA}" on ${pattern} (in OpenSearch indices:monitor/settings/get): when a rollover was isn't known to a process that started after it, and what is delivered again across it, untold by its trigger, is there twice`,
};

async function ofElasticsearch(pattern: string, ask: Ask): Promise<readonly Privilege[]> {
  const index = [{ names: [pattern], privileges: [READ, METADATA] }];
  const body = Buffer.from(JSON.stringify({ index }));
  const headers = { "content-type": "application/json" };
  const answer = await ask({ method: "POST", path: "/_security/user/_has_privileges", body, headers });
  if (answer.kind === "failure" || answer.status !== 200) return [];
  const has = privilegesIn(answer.text, pattern);
  return ([READ, METADATA] as const).filter((privilege) => has?.[privilege] === false);
}

function privilegesIn(text: string, pattern: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return (JSON.parse(text) as { index?: Record<string, Record<string, unknown>> } | null)?.index?.[pattern];
  } catch {
    return undefined;
  }
}

async function ofOpenSearch(pattern: string, ask: Ask): Promise<readonly Privilege[]> {
  const path = `/${encodeURIComponent(pattern)}/_settings/index.creation_date`;
  const answer = await ask({ method: "GET", path, query: { filter_path: "error" } });
  const isDenied = answer.kind === "answer" && answer.status === 403 && errorOf(answer.text).type !== undefined;
  return isDenied ? [METADATA] : [];
}
