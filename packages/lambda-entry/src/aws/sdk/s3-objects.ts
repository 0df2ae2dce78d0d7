// Apart from what the function needs of S3: only the command line loads this.
export { DeleteObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
