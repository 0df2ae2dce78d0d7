/** US dollars in us-east-1, as AWS listed them in November 2026. They change: aws.amazon.com/pricing says what holds. */
export const PRICES = {
  at: "November 2026",
  lambda: { gbSecond: { arm64: 0.0000133334, x86: 0.0000166667 }, request: 0.2 / 1e6 },
  /** arm64, an hour. */
  fargate: { vcpu: 0.03238, gb: 0.00356 },
  /** An hour, whether or not anything flows. */
  idle: { natGateway: 0.045, kinesisShard: 0.015, kinesisOnDemand: 0.04, interfaceEndpoint: 0.01 },
} as const;

export type Architecture = keyof typeof PRICES.lambda.gbSecond;

export const HOURS_PER_MONTH = 730;
