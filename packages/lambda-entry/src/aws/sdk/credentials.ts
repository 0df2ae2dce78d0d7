export { fromTemporaryCredentials } from "@aws-sdk/credential-providers";
