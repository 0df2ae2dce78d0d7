interface Credentials {
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** Takes the client's credentials out of foreign text: the session token travels in a header, which an endpoint may repeat. */
export async function redactor(credentials: () => Promise<Credentials>): Promise<(text: string) => string> {
  try {
    const { secretAccessKey, sessionToken } = await credentials();
    const secrets = [secretAccessKey, sessionToken].filter(
      (secret) => secret !== undefined && secret !== "",
    ) as string[];
    return (text) => secrets.reduce((left, secret) => left.replaceAll(secret, "[secret]"), text);
  } catch {
    return (text) => text;
  }
}
