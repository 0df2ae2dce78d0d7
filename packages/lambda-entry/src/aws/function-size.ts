import type { Given } from "@sluice/core";
import { type AwsOptions, regionOfArn } from "./options.ts";

/** What the request may take, attempts included. */
const TIMEOUT_MS = 15_000;
const CONNECT_TIMEOUT_MS = 3_000;
const SOCKET_TIMEOUT_MS = 10_000;
const MAX_ATTEMPTS = 2;

export interface FunctionSizeOptions {
  /** Name or ARN. */
  readonly functionName: string;
  /** Where the ARN doesn't tell. */
  readonly region?: string | undefined;
  readonly aws?: AwsOptions;
}

/** Timeout and memory of a function, as it is set (AWS Lambda: GetFunctionConfiguration). Rejects as the SDK does. */
export async function functionSize({ functionName, region, aws = {} }: FunctionSizeOptions): Promise<Given> {
  const { GetFunctionConfigurationCommand, LambdaClient } = await import("./sdk/checks.ts");
  const place = regionOfArn(functionName) ?? region;
  const lambda = new LambdaClient({
    ...aws,
    ...(place === undefined ? {} : { region: place }),
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS, socketTimeout: SOCKET_TIMEOUT_MS },
  });
  try {
    const command = new GetFunctionConfigurationCommand({ FunctionName: functionName });
    const { Timeout, MemorySize } = await lambda.send(command, { abortSignal: AbortSignal.timeout(TIMEOUT_MS) });
    if (Timeout === undefined || MemorySize === undefined) throw new Error("the answer has no Timeout or MemorySize");
    return { timeoutMs: Timeout * 1000, memoryMb: MemorySize };
  } finally {
    lambda.destroy();
  }
}
