/** What was sent, as far as answers depend on it. */
export interface Sent {
  readonly count: number;
  /** Uncompressed, as the server counts it. */
  readonly bytes: number;
}

/**
 * A 429 by indexing pressure (`indexing_pressure.memory.limit`) that waiting doesn't help: this batch alone is more
 * than the node takes. It counts bytes twice at worst, on the way in and at the shard; since Elasticsearch 9 reads
 * bodies piece by piece, the operation's own size in its words is only that of the last piece.
 */
export function exceedsMemory(words: string, { count, bytes }: Sent): boolean {
  const limit = Number(/\bmax_\w*bytes=(\d+)/.exec(words)?.[1] ?? Number.POSITIVE_INFINITY);
  return count > 1 ? 2 * bytes > limit : bytes > limit;
}
