import { expect, test } from "vitest";
import { markdownTable, withSection } from "./sections.ts";

const TEXT = "before\n<!-- a -->\nold\n<!-- /a -->\nafter\n";

test("what is between the markers is replaced, and they stay", () => {
  const once = withSection(TEXT, "a", "new\nlines\n");
  expect(once).toBe("before\n<!-- a -->\nnew\nlines\n<!-- /a -->\nafter\n");
  expect(withSection(once, "a", "new\nlines")).toBe(once);
});

test.each(["b", "before"])("no markers for %s: says so", (name) => {
  expect(() => withSection(TEXT, name, "new")).toThrow(`no section ${name}`);
});

test("a table", () => {
  expect(markdownTable(["", "a"], [["x", "1"]])).toBe("| | a |\n| --- | --- |\n| x | 1 |");
});
