// Apart from what the function needs of a queue.
export { SendMessageBatchCommand } from "@aws-sdk/client-sqs";
