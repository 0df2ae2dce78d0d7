/**
 * Resolves when the event loop has asked the sockets once more. One immediate may come before that: one that is made
 * while a socket's data is handled runs right after it.
 */
export async function turnOfTheLoop(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
}
