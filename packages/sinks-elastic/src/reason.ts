import { quote, type Reason } from "@sluice/core";

/** Builds a Reason out of foreign words: short, without the credentials, without document values. */
export type Tell = (code: string, message: string, status?: number) => Reason;

/** Shorter ones than this would be found in any text. */
const MIN_SECRET_CHARS = 4;
/** More of a server's words is never looked at, in characters. */
const MAX_WORDS = 2000;

/** Elasticsearch quotes what it found in the document behind these words. */
const VALUE = /(Preview of field's value|prefix of the first immense term is|do not match field value|but got).*$/is;

export function createTell(secrets: readonly string[]): Tell {
  const hidden = secrets.filter((secret) => secret.length >= MIN_SECRET_CHARS).sort((a, b) => b.length - a.length);
  const clean = (text: string): string =>
    hidden.reduce((left, secret) => left.replaceAll(secret, "[secret]"), text.slice(0, MAX_WORDS));
  return (code, message, status) => {
    const words = quote(clean(message).replace(VALUE, "$1 …"));
    return { code, message: words === "" ? code : words, ...(status === undefined ? {} : { status }) };
  };
}

/** The server's error type when it looks like one; it may be anything when something stands between. */
export function errorType(type: unknown): string | undefined {
  return typeof type === "string" && /^[a-z][a-z0-9_]{2,80}$/.test(type) ? type : undefined;
}
