import type { SecretStore } from "../ports/secrets.ts";

/** `${ssm:/path}`, `${secretsmanager:id#key}`, `${kms:base64}`, `${env:NAME}`, `${file:path}`; anything else in braces is left alone. */
const PLACEHOLDER = /\$\{((?:ssm|secretsmanager|kms|env|file):[^}]+)\}/g;

export function hasSecret(value: unknown): boolean {
  if (typeof value === "string") return value.search(PLACEHOLDER) >= 0;
  if (Array.isArray(value)) return value.some(hasSecret);
  return value !== null && typeof value === "object" && Object.values(value).some(hasSecret);
}

/** A copy of `value` with every placeholder in every string replaced. `refresh` goes past the store's cache. */
export async function resolveSecrets(value: unknown, store: SecretStore, refresh: boolean): Promise<unknown> {
  if (typeof value === "string") return resolveText(value, store, refresh);
  if (Array.isArray(value)) return Promise.all(value.map((each) => resolveSecrets(each, store, refresh)));
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).map(
    async ([key, each]) => [key, await resolveSecrets(each, store, refresh)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

async function resolveText(text: string, store: SecretStore, refresh: boolean): Promise<string> {
  const references = [...text.matchAll(PLACEHOLDER)].map((match) => match[1] as string);
  if (references.length === 0) return text;
  const values = await Promise.all(references.map((reference) => store.resolve(reference, { refresh })));
  let i = 0;
  return text.replace(PLACEHOLDER, () => values[i++] as string);
}
