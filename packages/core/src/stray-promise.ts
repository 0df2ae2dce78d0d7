/** Whether it is a promise where there should be none. What that fails with later is nobody's: unheard, it would end the process. */
export function isStrayPromise(value: unknown): boolean {
  if (typeof (value as { then?: unknown } | null | undefined)?.then !== "function") return false;
  Promise.resolve(value).catch(() => {});
  return true;
}
