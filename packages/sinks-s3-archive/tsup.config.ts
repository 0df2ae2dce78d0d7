import { defineConfig } from "tsup";
import { library } from "../../tsup.base.ts";

// Each sink has an entry of its own, so that a config with one of them doesn't load the other's SDK client.
export default defineConfig(
  library({
    entry: {
      index: "src/index.ts",
      "archive/index": "src/archive/index.ts",
      "firehose/index": "src/firehose/index.ts",
    },
  }),
);
