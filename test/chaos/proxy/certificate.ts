import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

export interface Certificate {
  /** PEM, like the key. */
  readonly cert: string;
  readonly key: string;
}

export interface Authority {
  readonly cert: string;
  /** For 127.0.0.1. */
  issue(from: Date, until: Date): Certificate;
}

const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const OID = 0x06;
const ECDSA_SHA256 = der(SEQUENCE, oid(1, 2, 840, 10045, 4, 3, 2));
const COMMON_NAME = oid(2, 5, 4, 3);

/** A certificate authority of one's own, its certificates as X.509 v3 (RFC 5280) writes them. */
export function newAuthority(): Authority {
  const { publicKey, privateKey } = newKeys();
  const own = { subject: "chaos authority", publicKey, from: new Date("2020-01-01"), until: new Date("2049-01-01") };
  let serial = 1;
  return {
    cert: certify(own, privateKey, serial, extension(oid(2, 5, 29, 19), der(SEQUENCE, der(0x01, 0xff)))),
    issue(from, until) {
      const keys = newKeys();
      serial += 1;
      const address = extension(oid(2, 5, 29, 17), der(SEQUENCE, der(0x87, 127, 0, 0, 1)));
      const about = { subject: "chaos server", publicKey: keys.publicKey, from, until };
      const cert = certify(about, privateKey, serial, address);
      return { cert, key: keys.privateKey.export({ format: "pem", type: "pkcs8" }).toString() };
    },
  };
}

interface About {
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly from: Date;
  readonly until: Date;
}

function newKeys(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return generateKeyPairSync("ec", { namedCurve: "prime256v1" });
}

function certify({ subject, publicKey, from, until }: About, issuer: KeyObject, serial: number, more: Buffer): string {
  const version = der(0xa0, der(INTEGER, 2));
  const validity = der(SEQUENCE, time(from), time(until));
  const key = publicKey.export({ format: "der", type: "spki" });
  const extensions = der(0xa3, der(SEQUENCE, more));
  const names = [name("chaos authority"), validity, name(subject)] as const;
  const body = der(SEQUENCE, version, der(INTEGER, serial), ECDSA_SHA256, ...names, key, extensions);
  const signature = der(0x03, 0, sign("sha256", body, issuer));
  const base64 = der(SEQUENCE, body, ECDSA_SHA256, signature).toString("base64");
  return `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}/g, "$&\n")}\n-----END CERTIFICATE-----\n`;
}

function extension(id: Buffer, value: Buffer): Buffer {
  return der(SEQUENCE, id, der(0x04, value));
}

function name(text: string): Buffer {
  return der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(0x0c, Buffer.from(text)))));
}

function time(date: Date): Buffer {
  return der(0x18, Buffer.from(`${date.toISOString().replace(/[-:T]|\.\d+/g, "")}`));
}

function oid(first: number, second: number, ...rest: number[]): Buffer {
  const bytes = rest.flatMap((part) => {
    const groups = [part & 0x7f];
    for (let left = part >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80);
    return groups;
  });
  return der(OID, first * 40 + second, ...bytes);
}

function der(tag: number, ...parts: readonly (Buffer | number)[]): Buffer {
  const content = Buffer.concat(parts.map((part) => (typeof part === "number" ? Buffer.of(part) : part)));
  const { length } = content;
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...head), content]);
}
