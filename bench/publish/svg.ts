type Attributes = Readonly<Record<string, string | number>>;

/** A picture on white, with a title for those who can't see it. */
export function svg(width: number, height: number, title: string, parts: readonly string[]): string {
  const size = { width, height, viewBox: `0 0 ${width} ${height}` };
  const style = { "font-family": "system-ui, sans-serif", "font-size": 11, fill: "#24292f", role: "img" };
  const inside = [`<title>${escaped(title)}</title>`, element("rect", { width, height, fill: "#ffffff" }), ...parts];
  return `${element("svg", { xmlns: "http://www.w3.org/2000/svg", ...size, ...style }, `\n${inside.join("\n")}\n`)}\n`;
}

export function text(x: number, y: number, words: string, more: Attributes = {}): string {
  return element("text", { x, y, ...more }, escaped(words));
}

/** Numbers are written with one digit, so that the same figures always give the same bytes. */
export function element(name: string, attributes: Attributes, content?: string): string {
  const written = Object.entries(attributes).map(([key, value]) => {
    if (Number.isNaN(value)) throw new Error(`${key} of ${name} is NaN`);
    return ` ${key}="${escaped(String(typeof value === "number" ? Math.round(value * 10) / 10 : value))}"`;
  });
  const head = name + written.join("");
  return content === undefined ? `<${head}/>` : `<${head}>${content}</${name}>`;
}

function escaped(words: string): string {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
