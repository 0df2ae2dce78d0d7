import { expect, test } from "vitest";
import { element, svg, text } from "./svg.ts";

test("numbers have one digit at most, and nothing that is not one", () => {
  expect(element("rect", { x: 1 / 3, y: 2, width: 0.04 })).toBe('<rect x="0.3" y="2" width="0"/>');
  expect(() => element("rect", { x: Number.NaN })).toThrow("x of rect is NaN");
});

test("words can't leave their place", () => {
  expect(text(0, 0, 'a<b> & "c"')).toBe('<text x="0" y="0">a&lt;b&gt; &amp; &quot;c&quot;</text>');
});

test("a picture has its size, a title and a ground", () => {
  const picture = svg(20, 10, "t", ["<g/>"]);
  expect(picture).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="20" height="10" viewBox="0 0 20 10"/);
  expect(picture).toContain('<title>t</title>\n<rect width="20" height="10" fill="#ffffff"/>\n<g/>\n</svg>\n');
});
