import type { Hops } from "../continue/continuation.ts";
import type { Json } from "./expect.ts";
import type { Ignored, Item, ReceiverContext } from "./item.ts";

export interface Unwrapped {
  readonly items: readonly Item[];
  readonly ignored: readonly Ignored[];
  /** There when it was handed over by an earlier invocation. */
  readonly hops?: Hops | undefined;
}

/** How an envelope goes on with what it holds: `inner` may be JSON text or a value; `name` joins the path. `context`: another one. */
export type Descend = (inner: unknown, name: string, context?: ReceiverContext) => Unwrapped;

/** One kind of envelope: takes the value when it is of its shape, else gives undefined. Throws a coded error for a broken one. */
export interface Envelope {
  readonly name: string;
  unwrap(value: Json, descend: Descend, context: ReceiverContext, path: readonly string[]): Unwrapped | undefined;
}

export function merge(parts: readonly Unwrapped[]): Unwrapped {
  return {
    items: parts.flatMap((part) => part.items),
    ignored: parts.flatMap((part) => part.ignored),
    hops: parts.find((part) => part.hops !== undefined)?.hops,
  };
}
