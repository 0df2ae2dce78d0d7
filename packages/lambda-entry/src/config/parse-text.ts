import { quote, SluiceError } from "@sluice/core";

/** YAML 1.2, or JSON, which doesn't load the YAML parser. Fails with CONFIG_INVALID, `name:line:column: why`. */
export async function parseText(source: string, name: string): Promise<unknown> {
  const text = source.replace(/^\uFEFF/, "");
  if (text.trimStart().startsWith("{")) {
    try {
      return JSON.parse(text);
    } catch {
      // YAML is a superset of JSON, and its parser knows the line and column.
    }
  }
  return parseYaml(text, name);
}

async function parseYaml(text: string, name: string): Promise<unknown> {
  const { LineCounter, parseDocument } = await import("./yaml.ts");
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw new SluiceError("CONFIG_INVALID", `${name}:${line}:${col}: ${quote(error.message)}`);
  }
  try {
    return document.toJS();
  } catch (cause) {
    // Aliases to nowhere, and those that would expand without end.
    throw new SluiceError("CONFIG_INVALID", `${name}: ${quote((cause as Error).message)}`);
  }
}
