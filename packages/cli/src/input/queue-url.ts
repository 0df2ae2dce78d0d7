import { UsageError } from "../command.ts";

const EXAMPLE = "https://sqs.<region>.amazonaws.com/<account>/<name>";

/** The URL that a flag names a queue by. */
export function queueUrl(text: string, flag: string): string {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol) && /^\/[^/]+\/[^/]+$/.test(url.pathname)) return text;
  throw new UsageError(`${flag} ${text}: expected the URL of a queue, like ${EXAMPLE}`);
}
