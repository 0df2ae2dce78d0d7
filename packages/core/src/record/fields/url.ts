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
    let path = colon + 3;
    while (path < to && bytes[path] !== SLASH && bytes[path] !== QUESTION && bytes[path] !== HASH) path++;
    this.#setHost(bytes, colon + 3, path, values);
    this.#setPath(bytes, path, to, values);
  }

  /** Who the user is, before an @, is left out; so is a host with a port that is none. */
  #setHost(bytes: Uint8Array, from: number, to: number, values: LayoutValues): void {
    let host = to;
    while (host > from && bytes[host - 1] !== AT) host--;
    const port = portColon(bytes, host, to);
    if (port >= 0) values.span(this.#port, port + 1, to);
    const end = port >= 0 ? port : to;
    const inner = bracketed(bytes, host, end);
    if (inner === 0) for (let i = host; i < end; i++) if (bytes[i] === COLON) return;
    if (end > host) values.span(this.#domain, host + inner, end - inner);
  }

  /** The same, of a text that isn't in the record's bytes as it is. */
  setText(text: string, values: LayoutValues): void {
    const bytes = Buffer.from(text);
    const found = new LayoutValues(values.layout);
    found.clear();
    this.set(bytes, 0, bytes.length, found);
    for (const field of Object.keys(URL_FIELDS)) {
      const value = found.get(field, bytes);
      if (value !== undefined) values.text[values.layout.slot(field)] = jsonInside(String(value));
    }
  }

  #setPath(bytes: Uint8Array, from: number, to: number, values: LayoutValues): void {
    let end = from;
    while (end < to && bytes[end] !== QUESTION && bytes[end] !== HASH) end++;
    if (end > from) values.span(this.#path, from, end);
    this.#setExtension(bytes, from, end, values);
    let hash = end;
    while (hash < to && bytes[hash] !== HASH) hash++;
    if (hash > end + 1) values.span(this.#query, end + 1, hash);
    if (hash + 1 < to) values.span(this.#fragment, hash + 1, to);
  }

  /** Behind the last dot of the path's last part. */
  #setExtension(bytes: Uint8Array, from: number, to: number, values: LayoutValues): void {
    let dot = to - 1;
    while (dot >= from && bytes[dot] !== DOT && bytes[dot] !== SLASH) dot--;
    if (dot >= from && bytes[dot] === DOT && dot + 1 < to) values.span(this.#extension, dot + 1, to);
  }
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
}
