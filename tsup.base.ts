import type { Options } from "tsup";

/** How every library package is bundled; types come from `tsc`, which tsup's own dts cannot do with TypeScript 7. */
export const library = (over: Options = {}): Options => ({
  entry: ["src/index.ts"],
  format: ["esm"],
  target: "node22",
  platform: "node",
  dts: false,
  clean: true,
  sourcemap: true,
  ...over,
});
