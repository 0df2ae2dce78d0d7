export interface AwsOptions {
  /** Default: the SDK's own (AWS_REGION, the profile). */
  readonly region?: string | undefined;
  /** For S3-compatible stores, VPC endpoints and local AWS. */
  readonly endpoint?: string | undefined;
}

const CONNECT_TIMEOUT_MS = 5000;

/** What every client is made with. One attempt: core owns the retries. */
export function clientConfig({ region, endpoint }: AwsOptions): {
  readonly maxAttempts: 1;
  readonly requestHandler: { readonly connectionTimeout: number };
  readonly region?: string;
  readonly endpoint?: string;
} {
  return {
    maxAttempts: 1,
    requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS },
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}
