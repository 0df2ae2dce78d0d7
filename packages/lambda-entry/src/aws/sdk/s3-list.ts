// Apart from what the function loads, which lists nothing.
export { HeadBucketCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
