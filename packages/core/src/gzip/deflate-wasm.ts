// Written by tooling/build-kernels.ts from deflate.c: change that, and run it.

/** Of the C source this module was compiled from. */
export const SOURCE_SHA256 = "aa0075fdfca60980328842eafba1758739ce34dd84da6db0f73d4db75bc2b405";

/** The module, as base64. */
export const WASM = "AGFzbQEAAAABBQFgAAF/AwIBAAQFAXABAQEFAwEAAQYIAX8BQYCAAQsHEQIGbWVtb3J5AgAEYmFzZQAACgoBCABBgICBgAAL";
