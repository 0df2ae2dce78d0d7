/** Of all letters, those that may be wrong: enough for a slip, too few for another word. */
const MAX_SLIPS = 2;
const LETTERS_PER_SLIP = 3;

/** ` (did you mean dataset?)` where a misspelt name is near a known one, whatever the case; else nothing. */
export function didYouMean(word: string, names: readonly string[]): string {
  const allowed = Math.min(MAX_SLIPS, Math.floor(word.length / LETTERS_PER_SLIP));
  const near = names
    .map((name) => ({ name, slips: slipsBetween(word.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, slips }) => slips <= allowed && name !== word)
    .sort((a, b) => a.slips - b.slips);
  return near[0] === undefined ? "" : ` (did you mean ${near[0].name}?)`;
}

/** Levenshtein's distance: letters put in, left out or replaced. */
function slipsBetween(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > MAX_SLIPS) return MAX_SLIPS + 1;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const replaced = (row[j] as number) + (a[i] === b[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] as number) + 1, (next[j] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
