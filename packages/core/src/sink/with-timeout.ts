/** Runs `task` with a signal that fires when `signal` does, or after `ms` milliseconds; rejects with a coded error then. */
export async function withTimeout<T>(
  ms: number,
  signal: AbortSignal,
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const stop = (): void => controller.abort(fault("ABORTED", "stopped before there was an answer"));
  const timer = setTimeout(() => controller.abort(fault("TIMEOUT", `no answer within ${ms} ms`)), ms);
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  try {
    controller.signal.throwIfAborted();
    return await task(controller.signal);
  } catch (error) {
    // The SDK says "AbortError" for either.
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}

function fault(code: string, message: string): Error {
  return Object.assign(new Error(message), { name: code, code });
}
