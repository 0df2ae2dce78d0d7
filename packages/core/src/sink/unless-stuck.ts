import { SluiceError } from "../errors.ts";

/** Milliseconds for a last word, once it was said that nothing is waited for any longer. */
const LAST_WORD_MS = 50;

/** A task that didn't end though its signal had it stop. */
export class Stuck extends SluiceError {
  constructor(what: string) {
    super("TIMEOUT", `${what} did not end when it was to stop`);
    this.name = "Stuck";
  }
}

/** As `task` ends. What goes on after `signal`, which it was given, isn't waited for: rejects with Stuck. */
export async function unlessStuck<T>(what: string, signal: AbortSignal, task: Promise<T> | T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const stuck = Promise.withResolvers<never>();
  const onAbort = (): void => {
    timer = setTimeout(() => stuck.reject(new Stuck(what)), LAST_WORD_MS);
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([task, stuck.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}
