export { SendMessageBatchCommand } from "@aws-sdk/client-sqs";
