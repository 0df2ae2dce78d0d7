/** Milliseconds since the epoch of a time in ISO form; NaN for what is none, such as 30 February, which Date makes 2 March of. */
export function isoTime(text: string): number {
  const [day] = /^\d{4}-\d\d-\d\d/.exec(text) ?? [];
  const ms = day === undefined ? 0 : Date.parse(day);
  const isThere = !Number.isNaN(ms) && (day === undefined || new Date(ms).toISOString().startsWith(day));
  return isThere ? Date.parse(text) : Number.NaN;
}
