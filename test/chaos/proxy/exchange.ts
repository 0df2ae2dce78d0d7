export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** What the suite needs to know of a request to decide about it. */
export type Operation =
  | "bulk"
  | "lookup"
  | "get-object"
  | "put-dead-letter"
  | "put-archive"
  | "put-claim"
  | "get-claim"
  | "secret"
  | "queue"
  | "other";

export interface Exchange {
  readonly operation: Operation;
  /** How many of its operation came before it in this run. */
  readonly number: number;
  /** Which environment asks. */
  readonly slot: number;
  readonly method: string;
  readonly path: string;
  readonly headers: NodeJS.Dict<string | string[]>;
  /** Empty while only the head has come. */
  readonly body: Buffer;
}

export interface Forward {
  /** Asked in place of what was. */
  readonly path?: string;
  /** Sent in place of what came. */
  readonly body?: Buffer;
  /** `body` isn't compressed, whatever came. */
  readonly plain?: boolean;
  /** Called before the request goes on. */
  readonly before?: () => Promise<unknown> | unknown;
  /** Called with what the server said; gives what the client is told. */
  readonly reply?: (reply: Reply) => Promise<Reply> | Reply;
  readonly delayMs?: number;
  /** The server has done its work, and the client never learns of it. */
  readonly lose?: "reset" | "hang";
  /** The connection ends after this share of the answer's body. */
  readonly cut?: number;
  /** Bytes that Content-Length says beyond, or short of, those that come. */
  readonly wrongLength?: number;
}

/** What becomes of a request; undefined, where a fault says nothing of it. */
export type Action = Refusal | { readonly kind: "reset" } | { readonly kind: "forward"; readonly forward: Forward };

export interface Refusal {
  readonly kind: "refuse";
  readonly reply: Reply;
}

export const RESET: Action = { kind: "reset" };

export function forward(how: Forward): Action {
  return { kind: "forward", forward: how };
}

export function refuse(status: number, body: unknown, headers: Record<string, string> = {}): Refusal {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const type = text.startsWith("<") ? "application/xml" : "application/json";
  // The client of Elasticsearch looks whether this is one.
  const all = { "content-type": type, "x-elastic-product": "Elasticsearch", ...headers };
  return { kind: "refuse", reply: { status, headers: all, body: Buffer.from(text) } };
}

export function s3Error(status: number, code: string): Refusal {
  return refuse(
    status,
    `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`,
  );
}
