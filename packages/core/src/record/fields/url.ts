import { Buffer } from "node:buffer";
import { type Layout, LayoutValues, type LeafType } from "../layout.ts";
import { bracketed, isAbsent, jsonInside, portColon, startsWith } from "./text.ts";

const SPACE = 0x20;
const COLON = 0x3a;
const SLASH = 0x2f;
const QUESTION = 0x3f;
const DOT = 0x2e;
const HASH = 0x23;
const AT = 0x40;

/** The fields that `UrlFields` sets. */
export const URL_FIELDS: Readonly<Record<string, LeafType>> = {
  "url.domain": "keyword",
  "url.extension": "keyword",
  "url.fragment": "keyword",
  "url.original": "keyword",
  "url.path": "keyword",
  "url.port": "long",
  "url.query": "keyword",
  "url.scheme": "keyword",
};

/** The fields that `RequestFields` sets. */
export const REQUEST_FIELDS: Readonly<Record<string, LeafType>> = {
  ...URL_FIELDS,
  "http.request.method": "keyword",
  "http.version": "keyword",
};

/** Takes a URL apart, as spans: `scheme://host:port/path?query`, or `/path?query`. */
export class UrlFields {
  readonly #original: number;
  readonly #scheme: number;
  readonly #domain: number;
  readonly #port: number;
  readonly #path: number;
  readonly #extension: number;
  readonly #fragment: number;
  readonly #query: number;

  constructor(layout: Layout) {
    this.#original = layout.slot("url.original");
    this.#scheme = layout.slot("url.scheme");
    this.#domain = layout.slot("url.domain");
    this.#port = layout.slot("url.port");
    this.#path = layout.slot("url.path");
    this.#extension = layout.slot("url.extension");
    this.#fragment = layout.slot("url.fragment");
    this.#query = layout.slot("url.query");
  }

  /** What is neither form is kept as `url.original` alone. */
  set(bytes: Uint8Array, from: number, to: number, values: LayoutValues): void {
    if (isAbsent(bytes, from, to)) return;
    values.span(this.#original, from, to);
    if (bytes[from] === SLASH) {
      this.#setPath(bytes, from, to, values);
      return;
    }
    let colon = from;
    while (colon < to && bytes[colon] !== COLON) colon++;
    if (!startsWith(bytes, colon, to, "://")) return;
    values.span(this.#scheme, from, colon);
    let host = colon + 3;
    let firstColon = -1;
    let path = host;
    for (; path < to && !isPathStart(bytes[path]); path++) {
      if (bytes[path] === COLON && firstColon < 0) firstColon = path;
      if (bytes[path] !== AT) continue;
      // Who the user is stands before it, and is left out.
      host = path + 1;
      firstColon = -1;
    }
    this.#setHost(bytes, host, path, firstColon, values);
    this.#setPath(bytes, path, to, values);
  }

  /** A host with a port that is none is left out. */
  #setHost(bytes: Uint8Array, from: number, to: number, firstColon: number, values: LayoutValues): void {
    const port = firstColon < 0 ? -1 : portColon(bytes, from, to);
    if (port >= 0) values.span(this.#port, port + 1, to);
    const end = port >= 0 ? port : to;
    const inner = bracketed(bytes, from, end);
    const known = inner === 1 || firstColon < 0 || firstColon === port;
    if (end > from && known) values.span(this.#domain, from + inner, end - inner);
  }

  /** The same, of a text that isn't in the record's bytes as it is. */
  setText(text: string, values: LayoutValues): void {
    setFromText(text, values, Object.keys(URL_FIELDS), (bytes, found) => this.set(bytes, 0, bytes.length, found));
  }

  /** The extension stands behind the last dot of the path's last part. */
  #setPath(bytes: Uint8Array, from: number, to: number, values: LayoutValues): void {
    let dot = -1;
    let end = from;
    for (; end < to; end++) {
      const byte = bytes[end];
      if (byte === QUESTION || byte === HASH) break;
      if (byte === DOT) dot = end;
      else if (byte === SLASH) dot = -1;
    }
    if (end > from) values.span(this.#path, from, end);
    if (dot >= 0 && dot + 1 < end) values.span(this.#extension, dot + 1, end);
    if (end === to) return;
    let hash = end;
    while (hash < to && bytes[hash] !== HASH) hash++;
    if (hash > end + 1) values.span(this.#query, end + 1, hash);
    if (hash + 1 < to) values.span(this.#fragment, hash + 1, to);
  }
}

function isPathStart(byte: number | undefined): boolean {
  return byte === SLASH || byte === QUESTION || byte === HASH;
}

/** Takes a request line apart: `METHOD URL HTTP/version`, with `-` for what could not be read. A URL may hold spaces. */
export class RequestFields {
  readonly #url: UrlFields;
  readonly #method: number;
  readonly #version: number;

  constructor(layout: Layout) {
    this.#url = new UrlFields(layout);
    this.#method = layout.slot("http.request.method");
    this.#version = layout.slot("http.version");
  }

  set(bytes: Uint8Array, from: number, to: number, values: LayoutValues): void {
    let first = from;
    while (first < to && bytes[first] !== SPACE) first++;
    let last = to - 1;
    while (last > first && bytes[last] !== SPACE) last--;
    if (last <= first) return;
    if (!isAbsent(bytes, from, first)) values.span(this.#method, from, first);
    if (startsWith(bytes, last + 1, to, "HTTP/")) values.span(this.#version, last + 6, to);
    this.#url.set(bytes, first + 1, last, values);
  }

  /** The same, of a text that isn't in the record's bytes as it is. */
  setText(text: string, values: LayoutValues): void {
    setFromText(text, values, Object.keys(REQUEST_FIELDS), (bytes, found) => this.set(bytes, 0, bytes.length, found));
  }
}

/** Takes over, as texts, the fields that `set` finds in a text's own bytes. */
function setFromText(
  text: string,
  values: LayoutValues,
  fields: readonly string[],
  set: (bytes: Uint8Array, found: LayoutValues) => void,
): void {
  const bytes = Buffer.from(text);
  const found = new LayoutValues(values.layout);
  found.clear();
  set(bytes, found);
  for (const field of fields) {
    const value = found.get(field, bytes);
    if (value !== undefined) values.text[values.layout.slot(field)] = jsonInside(String(value));
  }
}
