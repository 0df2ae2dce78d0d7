/** Replaces what stands between `<!-- name -->` and `<!-- /name -->`, on lines of their own. Throws where they are missing. */
export function withSection(text: string, name: string, body: string): string {
  const [open, close] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`];
  const from = text.indexOf(open);
  const to = text.indexOf(close, from);
  if (from < 0 || to < 0) throw new Error(`no section ${name}: expected ${open.trim()} and ${close} in it`);
  return `${text.slice(0, from + open.length)}${body.trimEnd()}\n${text.slice(to)}`;
}

/** A table as Markdown has it; an empty head has empty cells. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`.replaceAll("|  |", "| |");
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
