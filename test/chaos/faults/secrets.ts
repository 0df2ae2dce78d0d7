import { refuse } from "../proxy/exchange.ts";
import { type FaultKind, requestFault, windowOf } from "./kind.ts";

export const PARAMETERS = { plain: "/chaos/api-key", cipher: "/chaos/api-key-cipher" } as const;

/** The sink's key lies in SSM, as it is or as KMS ciphertext, and both services refuse for a while. */
export const secretsThrottled: FaultKind = {
  name: "secrets-throttled",
  make(random) {
    const reference = random.chance(0.5) ? `ssm:${PARAMETERS.plain}` : `ssm:${PARAMETERS.cipher}|kms`;
    const window = { ...windowOf(random, 1, 7), from: 0 };
    const throttled = { __type: "ThrottlingException", message: "Rate exceeded" };
    return requestFault(this.name, "secret", window, () => refuse(400, throttled), {
      setUp({ settings }) {
        settings.sinks.search.auth = { apiKey: `\${${reference}}` };
      },
    });
  },
};
