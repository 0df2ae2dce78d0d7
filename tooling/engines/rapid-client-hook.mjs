// Preloaded (`node --import`) before aws-lambda-ric: gives it rapid-client.cjs for its compiled addon.
import { registerHooks } from "node:module";

const url = new URL("./rapid-client.cjs", import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "./rapid-client.node" ? { url, format: "commonjs", shortCircuit: true } : next(specifier, context),
});
