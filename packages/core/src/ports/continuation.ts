/** Where work that this invocation can't finish is handed over to another: the queue that the same function reads. */
export interface ContinuationQueue {
  /**
   * `body` is JSON. Resolves once the message is durable. A body too large for the queue is put aside, and the queue gets a claim for it
   * (`claimOf`). Rejects with CONTINUATION_REFUSED, or a transient code, when it isn't; may retry by itself until `signal`.
   */
  send(body: string, signal: AbortSignal): Promise<void>;
  /** What a claim stands for. Rejects with a coded error. */
  redeem(claim: Claim, signal: AbortSignal): Promise<string>;
  /** The time is running out: `send` may soon be called, and what it needs had better be loaded. Never throws. */
  prepare?(): void;
}

/** Says where the body of a message lies that was too large for its queue. */
export interface Claim {
  readonly bucket: string;
  readonly key: string;
}

export function claimOf(claim: Claim): string {
  return JSON.stringify({ sluice: "claim", v: 1, ...claim });
}
