import type { Json } from "./expect.ts";
import type { Ignored, Item, ReceiverContext } from "./item.ts";

export interface Unwrapped {
  readonly items: readonly Item[];
  readonly ignored: readonly Ignored[];
}

/** How an envelope goes on with what it holds: `inner` may be JSON text or a value; `name` joins the path. */
export type Descend = (inner: unknown, name: string) => Unwrapped;

/** One kind of envelope: takes the value when it is of its shape, else gives undefined. Throws a coded error for a broken one. */
export interface Envelope {
  readonly name: string;
  unwrap(value: Json, descend: Descend, context: ReceiverContext, path: readonly string[]): Unwrapped | undefined;
}

export function merge(parts: readonly Unwrapped[]): Unwrapped {
  return { items: parts.flatMap((part) => part.items), ignored: parts.flatMap((part) => part.ignored) };
}
