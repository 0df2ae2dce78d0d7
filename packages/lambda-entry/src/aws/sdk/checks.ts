// What is asked for by `sluice check --connect` alone: no part of the function.
export {
  GetFunctionConfigurationCommand,
  GetFunctionRecursionConfigCommand,
  LambdaClient,
} from "@aws-sdk/client-lambda";
export { HeadBucketCommand } from "@aws-sdk/client-s3";
export { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
