export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** Asked before each use; keeps what it has until it has to be fetched anew. */
export type CredentialProvider = (options?: { readonly forceRefresh?: boolean }) => Promise<AwsCredentials>;

/** Given to every AWS client; what is left out, the SDK finds for itself (environment, profile, instance). */
export interface AwsOptions {
  readonly region?: string;
  /** For local stand-ins of AWS. */
  readonly endpoint?: string;
  readonly credentials?: AwsCredentials | CredentialProvider;
}

/** The region inside an ARN (`arn:aws:ssm:eu-west-1:…`); undefined when it isn't one. */
export function regionOfArn(text: string): string | undefined {
  return /^arn:[^:]*:[^:]*:([a-z0-9-]+):/.exec(text)?.[1];
}

/** The account inside an ARN; undefined when it isn't one. */
export function accountOfArn(text: string): string | undefined {
  return /^arn:[^:]*:[^:]*:[^:]*:(\d+):/.exec(text)?.[1];
}
