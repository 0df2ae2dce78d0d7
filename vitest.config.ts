import { defineConfig } from "vitest/config";

// Sibling packages are read from source; a further "module" condition here would break the AWS SDK.
const conditions = ["@sluice/source"];
const resolve = {
  resolve: { conditions },
  ssr: { resolve: { conditions: [...conditions, "node", "import", "default"] } },
};

export default defineConfig({
  test: {
    projects: [
      {
        ...resolve,
        test: {
          name: "unit",
          include: ["packages/*/src/**/*.test.ts", "tooling/**/*.test.ts", "bench/**/*.test.ts"],
          testTimeout: 30_000,
        },
      },
      {
        ...resolve,
        test: {
          name: "integration",
          include: ["test/**/*.test.ts"],
          globalSetup: ["tooling/engines/global-setup.ts"],
          testTimeout: 60_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
    reporters: ["default", "./tooling/counts-reporter.ts"],
    coverage: { provider: "v8", include: ["packages/*/src/**/*.ts"], exclude: ["**/*.test.ts"], reporter: ["text"] },
  },
});
