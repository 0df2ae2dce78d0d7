import type { Layout, LayoutValues, LeafType } from "../layout.ts";
import { latin1 } from "./text.ts";

/** The fields that `TlsFields` sets. */
export const TLS_FIELDS: Readonly<Record<string, LeafType>> = {
  "tls.version": "keyword",
  "tls.version_protocol": "keyword",
};

const DOT = 0x2e;
const ZERO = 0x30;

/** A protocol's name → version 1.3 of the protocol tls: `TLSv1.3`, `tlsv13`, `TLS 1.3`, `SSLv3`. */
export class TlsFields {
  readonly #version: number;
  readonly #protocol: number;

  constructor(layout: Layout) {
    this.#version = layout.slot("tls.version");
    this.#protocol = layout.slot("tls.version_protocol");
  }

  set(bytes: Uint8Array, from: number, to: number, values: LayoutValues): void {
    const protocol = protocolAt(bytes, from);
    const version = from + 4;
    if (protocol === undefined || version >= to || !isDigit(bytes[version])) return;
    values.text[this.#protocol] = protocol;
    // `tlsv12`, as network load balancers have it.
    if (to - version === 2 && isDigit(bytes[version + 1]))
      values.text[this.#version] = `${latin1(bytes, version, version + 1)}.${latin1(bytes, version + 1, to)}`;
    else if (to - version === 1 || bytes[version + 1] === DOT) values.span(this.#version, version, to);
  }
}

/** tls or ssl, in any case, and behind it a v or a space. */
function protocolAt(bytes: Uint8Array, at: number): "tls" | "ssl" | undefined {
  const first = lower(bytes[at]);
  const second = lower(bytes[at + 1]);
  const third = lower(bytes[at + 2]);
  const fourth = lower(bytes[at + 3]);
  if (fourth !== 0x76 && fourth !== 0x20) return undefined;
  if (first === 0x74 && second === 0x6c && third === 0x73) return "tls";
  return first === 0x73 && second === 0x73 && third === 0x6c ? "ssl" : undefined;
}

function lower(byte: number | undefined): number {
  return (byte ?? 0) | 0x20;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= ZERO + 9;
}
