import { ACCOUNT, address, EPOCH_MS, listOf } from "./names.ts";
import { Random } from "./random.ts";

export const VPC_FLOW_HEADER =
  "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n";

/** VPC flow log lines in the default format (version 2), about 110 bytes each. */
export class VpcFlowLog {
  readonly #random: Random;
  readonly #interfaces: readonly string[];
  readonly #peers: readonly string[];
  #seconds = EPOCH_MS / 1000;

  constructor(seed: number) {
    const random = new Random(seed);
    this.#random = random;
    this.#interfaces = listOf(200, () => `eni-${random.hex(17)}`);
    this.#peers = listOf(4000, () => address(random));
  }

  line(): string {
    const random = this.#random;
    if (random.chance(0.001)) this.#seconds += 1;
    const own = `10.0.${random.int(0, 63)}.${random.int(2, 254)}`;
    const ends = [own, random.pickSkewed(this.#peers)];
    const [from, to] = random.chance(0.5) ? ends : ends.reverse();
    const begin = `2 ${ACCOUNT} ${random.pickSkewed(this.#interfaces)}`;
    const times = `${this.#seconds} ${this.#seconds + random.int(10, 60)}`;
    if (random.chance(0.002)) return `${begin} - - - - - - - ${times} - NODATA\n`;
    const ports = `${random.pick([443, 443, 80, 5432, 6379])} ${random.int(1024, 65535)}`;
    const packets = random.int(1, 400);
    const action = random.chance(0.93) ? "ACCEPT" : "REJECT";
    return `${begin} ${from} ${to} ${ports} ${random.chance(0.9) ? 6 : 17} ${packets} ${packets * random.int(40, 1400)} ${times} ${action} OK\n`;
  }
}
