/** Puts data back where a Firehose event came from: into its delivery stream, or the Kinesis stream behind that. */
export interface Reingest {
  /** True for each that was taken. Never throws for what the service said. */
  put(to: ReingestTarget, data: readonly Uint8Array[], signal: AbortSignal): Promise<readonly boolean[]>;
}

export interface ReingestTarget {
  readonly deliveryStreamArn: string;
  /** There when the delivery stream reads from a Kinesis stream: it then takes no records itself. */
  readonly sourceKinesisStreamArn?: string | undefined;
}
