import { gzipSync } from "node:zlib";
import { SERVICES, sentence } from "./app-log.ts";
import { ACCOUNT, EPOCH_MS, REGION } from "./names.ts";
import { Random } from "./random.ts";

const LEVELS = ["INFO", "INFO", "INFO", "WARN", "ERROR"];

/** A Kinesis record as Lambda gets it, and the size of what is inside before gzip. */
export interface KinesisRecord {
  readonly record: object;
  readonly rawBytes: number;
}

/** CloudWatch Logs data messages, as a subscription filter puts them on a Kinesis stream: gzip in base64. */
export class CloudWatchBatches {
  readonly #random: Random;
  #ms = EPOCH_MS;
  #id = 38n * 10n ** 54n;
  #sequence = 4959033827149025660n * 10n ** 37n;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  record(events: number): KinesisRecord {
    const random = this.#random;
    const service = random.pick(SERVICES);
    const raw = JSON.stringify({
      messageType: "DATA_MESSAGE",
      owner: ACCOUNT,
      logGroup: `/aws/lambda/${service}`,
      logStream: `2026/05/01/[$LATEST]${random.hex(32)}`,
      subscriptionFilters: ["to-kinesis"],
      logEvents: Array.from({ length: events }, () => this.#logEvent(service)),
    });
    this.#sequence += BigInt(random.int(1, 1e9));
    const record = {
      kinesis: {
        kinesisSchemaVersion: "1.0",
        partitionKey: random.hex(32),
        sequenceNumber: this.#sequence.toString(),
        data: gzipSync(raw).toString("base64"),
        approximateArrivalTimestamp: this.#ms / 1000,
      },
      eventSource: "aws:kinesis",
      eventVersion: "1.0",
      eventID: `shardId-000000000006:${this.#sequence}`,
      eventName: "aws:kinesis:record",
      invokeIdentityArn: `arn:aws:iam::${ACCOUNT}:role/lambda-role`,
      awsRegion: REGION,
      eventSourceARN: `arn:aws:kinesis:${REGION}:${ACCOUNT}:stream/lambda-stream`,
    };
    return { record, rawBytes: Buffer.byteLength(raw) };
  }

  #logEvent(service: string): object {
    const random = this.#random;
    this.#ms += random.int(0, 3);
    this.#id += BigInt(random.int(1, 1e9));
    const said = `${new Date(this.#ms).toISOString()}\t${random.uuid()}\t${random.pick(LEVELS)}\t${service} ${sentence(random)}`;
    const message = said.length < 200 ? `${said} trace_id=${random.hex(32)}` : said;
    return { id: this.#id.toString(), timestamp: this.#ms, message };
  }
}
