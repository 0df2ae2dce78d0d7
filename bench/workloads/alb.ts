import { ACCOUNT, address, EPOCH_MS, listOf, REGION } from "./names.ts";
import { Random } from "./random.ts";

const AGENTS = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
  "okhttp/4.12.0",
  "axios/1.9.0",
  "Mozilla/5.0 (Linux; Android 15; SM-S928B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.7204.63 Mobile Safari/537.36",
  "python-requests/2.32.3",
  "Go-http-client/2.0",
  "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
  "curl/8.5.0",
  "ELB-HealthChecker/2.0",
  "-",
];
const HOSTS = ["api.example.com", "www.example.com", "shop.example.com", "auth.example.com"];
const SERVICES = ["orders", "cart", "search", "users", "static", "auth"];
const METHODS = ["GET", "GET", "GET", "GET", "POST", "PUT", "DELETE"];
const SEARCHES = ["shoes", "red%20dress", "usb-c%20cable", "laptop", "coffee%20beans"];
const CIPHERS = ["TLS_AES_128_GCM_SHA256 TLSv1.3", "ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2"];
/** Share of requests, added up, that get each status. */
const STATUSES: readonly (readonly [number, number])[] = [
  [0.9, 200],
  [0.94, 304],
  [0.97, 404],
  [0.985, 302],
  [0.995, 500],
  [1, 502],
];

interface Target {
  readonly arn: string;
  readonly addresses: readonly string[];
}

/** Access log lines of one Application Load Balancer, about 710 bytes each, in the order of their time. */
export class AlbLog {
  readonly #random: Random;
  readonly #targets: readonly Target[];
  readonly #clients: readonly string[];
  readonly #certificates: readonly string[];
  #micros = EPOCH_MS * 1000;

  constructor(seed: number) {
    const random = new Random(seed);
    this.#random = random;
    this.#targets = SERVICES.map((name) => ({
      arn: `arn:aws:elasticloadbalancing:${REGION}:${ACCOUNT}:targetgroup/${name}/${random.hex(16)}`,
      addresses: listOf(8, () => `10.0.${random.int(0, 63)}.${random.int(2, 254)}:${random.pick([8080, 3000, 80])}`),
    }));
    this.#clients = listOf(6000, () => address(random));
    this.#certificates = HOSTS.map(() => `arn:aws:acm:${REGION}:${ACCOUNT}:certificate/${random.uuid()}`);
  }

  /** One line, with its end. */
  line(): string {
    const random = this.#random;
    this.#micros += random.int(200, 3800);
    const target = random.pickSkewed(this.#targets);
    const number = Math.floor(random.next() * random.next() * HOSTS.length);
    const host = HOSTS[number] as string;
    const drawn = random.next();
    const status = STATUSES.find(([share]) => drawn < share)?.[1] ?? 200;
    const reached = status === 502 ? undefined : random.pick(target.addresses);
    const answered = reached === undefined ? "-" : String(status);
    return `${[
      random.chance(0.8) ? "h2" : "https",
      isoMicros(this.#micros),
      "app/my-loadbalancer/b13ea9d19f16d015",
      `${random.pickSkewed(this.#clients)}:${random.int(1024, 65535)}`,
      reached ?? "-",
      reached === undefined ? "-1 -1 -1" : this.#times(),
      status,
      answered,
      `${random.int(60, 2200)} ${random.int(120, 48000)}`,
      `"${random.pick(METHODS)} https://${host}:443${this.#path()} HTTP/2.0"`,
      `"${random.pickSkewed(AGENTS)}"`,
      random.chance(0.7) ? CIPHERS[0] : CIPHERS[1],
      target.arn,
      `"Root=1-${Math.floor(this.#micros / 1e6).toString(16)}-${random.hex(24)}"`,
      `"${host}" "${this.#certificates[number]}"`,
      random.int(0, 20),
      isoMicros(this.#micros - random.int(1000, 400_000)),
      `"${random.chance(0.95) ? "forward" : "waf,forward"}" "-" "-"`,
      `"${reached ?? "-"}" "${answered}" "-" "-" TID_${random.hex(32)} "-" "-" "-"`,
    ].join(" ")}\n`;
  }

  #times(): string {
    const random = this.#random;
    return `${(random.int(0, 4) / 1000).toFixed(3)} ${((random.int(1, 900) * random.next()) / 1000).toFixed(3)} 0.000`;
  }

  #path(): string {
    const random = this.#random;
    const service = random.pick(["orders", "cart", "users", "products", "recommendations"]);
    switch (random.int(0, 9)) {
      case 0:
        return "/login";
      case 1:
        return "/healthz";
      case 2:
        return `/static/js/app.${random.hex(8)}.js`;
      case 3:
        return `/v1/search?q=${random.pick(SEARCHES)}&page=${random.int(1, 40)}&sort=price&sid=${random.base62(12)}`;
      case 4:
        return "/v1/checkout/";
      default:
        return `/v1/${service}/${random.chance(0.5) ? random.int(1000, 9_999_999) : random.uuid()}`;
    }
  }
}

function isoMicros(micros: number): string {
  const seconds = new Date(Math.floor(micros / 1000)).toISOString().slice(0, 19);
  return `${seconds}.${String(micros % 1_000_000).padStart(6, "0")}Z`;
}
