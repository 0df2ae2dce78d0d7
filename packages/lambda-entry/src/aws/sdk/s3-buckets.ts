// Apart from what the function loads, which neither lists nor deletes.
export { DeleteObjectCommand, HeadBucketCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
