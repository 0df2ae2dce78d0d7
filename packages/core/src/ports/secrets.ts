import { SluiceError } from "../errors.ts";

/**
 * Turns the inside of a `${kind:name}` placeholder (for example `ssm:/logs/es/api-key`) into its value.
 * Implementations fetch lazily, cache with a time to live, and never log a value.
 * Fails with SluiceError SECRET_UNAVAILABLE, which names the reference, never the value.
 */
export interface SecretStore {
  resolve(reference: string, options: { readonly refresh: boolean }): Promise<string>;
}

/** Where nobody resolves any. */
export const NO_SECRETS: SecretStore = {
  resolve: async (reference) => {
    throw new SluiceError("SECRET_UNAVAILABLE", `\${${reference}}: there is no secret store here`);
  },
};
