import { registerHooks } from "node:module";

// `sluice` from a checkout: straight from the sources, so that nothing need be built, and where the caller stands.

const SOURCE = "@sluice/source";
registerHooks({
  resolve: (specifier, context, next) => next(specifier, { ...context, conditions: [SOURCE, ...context.conditions] }),
});

process.chdir(process.env.INIT_CWD ?? process.cwd());
await import("../packages/cli/src/bin.ts");
