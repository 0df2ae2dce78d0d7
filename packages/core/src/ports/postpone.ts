/** Has failed messages come back later than their queue's own timeout would have it, so that an outage doesn't use up their receives. */
export interface Postpone {
  /** Best effort: never throws, and what couldn't be postponed comes when its queue says. */
  postpone(messages: readonly Postponed[], signal: AbortSignal): Promise<void>;
  /** The time is running out: it may soon be called, and what it needs had better be loaded. Never throws. */
  prepare?(): void;
}

export interface Postponed {
  readonly queueArn: string;
  readonly receiptHandle: string;
  /** From now on; at most 12 hours. */
  readonly seconds: number;
}
