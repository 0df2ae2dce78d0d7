import type { AwsCredentials, AwsOptions, CredentialProvider } from "./options.ts";

export interface Role {
  readonly arn: string;
  /** What the role's trust policy asks of those who take it on. */
  readonly externalId?: string | undefined;
}

/** Names the function in the other account's CloudTrail. */
const SESSION_NAME = "sluice";

/** Seconds before they expire in which credentials are fetched anew. */
const EARLY_MS = 5 * 60 * 1000;

/** Credentials of a role that the function takes on, kept until shortly before they expire. The SDK is loaded when first asked. */
export function assumeRole({ arn, externalId }: Role, aws: AwsOptions): CredentialProvider {
  let kept: Promise<AwsCredentials> | undefined;
  const fetched = async (): Promise<AwsCredentials> => {
    const { fromTemporaryCredentials } = await import("./sdk/credentials.ts");
    const { region, endpoint, credentials } = aws;
    const provider = fromTemporaryCredentials({
      params: {
        RoleArn: arn,
        RoleSessionName: SESSION_NAME,
        ...(externalId === undefined ? {} : { ExternalId: externalId }),
      },
      clientConfig: { ...(region === undefined ? {} : { region }), ...(endpoint === undefined ? {} : { endpoint }) },
      ...(credentials === undefined ? {} : { masterCredentials: credentials }),
    });
    return provider();
  };
  return async (options) => {
    const known = await kept?.catch(() => undefined);
    const expires = known?.expiration?.getTime() ?? Number.POSITIVE_INFINITY;
    if (known === undefined || options?.forceRefresh === true || expires - Date.now() < EARLY_MS) kept = fetched();
    return kept as Promise<AwsCredentials>;
  };
}
