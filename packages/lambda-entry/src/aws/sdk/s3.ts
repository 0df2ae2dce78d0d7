// Imported on first use. Naming the parts lets the bundler leave out all the rest, as an `import()` of the package can't.
export { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
