import { address, EPOCH_MS } from "./names.ts";
import { Random } from "./random.ts";

export const SERVICES = ["checkout", "orders", "cart", "inventory", "payments", "search"];
export const LEVELS = ["info", "info", "info", "debug", "warn", "error"];

/** What programs say: sentences with numbers, quotes and now and then a character beyond ASCII. */
export function sentence(random: Random): string {
  switch (random.int(0, 5)) {
    case 0:
      return `request completed method=${random.pick(["GET", "POST"])} path=/v1/${random.pick(SERVICES)}/${random.int(1, 9e6)} status=${random.pick([200, 200, 201, 404, 500])} duration_ms=${random.int(1, 900)}`;
    case 1:
      return `payment authorized for order ${random.int(1e6, 9e6)} amount=${(random.next() * 500).toFixed(2)} currency=${random.pick(["USD", "EUR", "GBP"])} provider=stripe auth=${random.base62(12)}`;
    case 2:
      return `cache miss key=user:${random.int(1, 1e6)}:profile ttl=${random.int(10, 3600)}s backend=redis-${random.int(1, 6)}`;
    case 3:
      return `db query took ${random.int(1, 400)}ms: SELECT id, status FROM orders WHERE customer_id = $1 AND created_at > $2 rows=${random.int(0, 200)}`;
    case 4:
      return `retrying upstream call attempt=${random.int(1, 4)} error="connection reset by peer" host=10.0.${random.int(0, 99)}.${random.int(1, 254)}:8443`;
    default:
      return `user ${random.uuid()} logged in from ${address(random)} using "password" — session ${random.hex(24)}`;
  }
}

/** One JSON object a line, about 380 bytes, with its time under `timestamp`. */
export class AppLog {
  readonly #random: Random;
  #ms = EPOCH_MS;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  line(): string {
    const random = this.#random;
    this.#ms += random.int(0, 6);
    const service = random.pickSkewed(SERVICES);
    return `${JSON.stringify({
      timestamp: new Date(this.#ms).toISOString(),
      level: random.pick(LEVELS),
      service,
      env: "prod",
      host: `ip-10-0-${random.int(0, 63)}-${random.int(1, 254)}.ec2.internal`,
      pod: `${service}-${random.hex(10)}-${random.base62(5).toLowerCase()}`,
      trace_id: random.hex(32),
      span_id: random.hex(16),
      user_id: random.int(1, 1e6),
      duration_ms: Number((random.next() * 900).toFixed(3)),
      message: sentence(random),
    })}\n`;
  }
}
