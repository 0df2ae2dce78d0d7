import { expect, test } from "vitest";
import { didYouMean } from "./did-you-mean.ts";

const NAMES = ["match", "dataset", "key", "apiKey", "elasticsearch", "opensearch", ""];

test.each([
  ["dataste", " (did you mean dataset?)"],
  ["apikey", " (did you mean apiKey?)"],
  ["keys", " (did you mean key?)"],
  ["Elasticsarch", " (did you mean elasticsearch?)"],
  ["format", ""],
  ["ab", ""],
  ["", ""],
  ["dataset", ""],
  ["x".repeat(100_000), ""],
])("%.20s%s", (word, hint) => {
  expect(didYouMean(word, NAMES)).toBe(hint);
});
