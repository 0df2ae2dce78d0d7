import { Buffer } from "node:buffer";
import { expect, test } from "vitest";
import { Layout, LayoutValues } from "../layout.ts";
import { TLS_FIELDS, TlsFields } from "./tls.ts";

test.each([
  ["TLSv1.3", "1.3", "tls"],
  ["TLSv1", "1", "tls"],
  ["tlsv12", "1.2", "tls"],
  ["TLS 1.2", "1.2", "tls"],
  ["SSLv3", "3", "ssl"],
  ["TLSv", undefined, undefined],
  ["TLSvx", undefined, undefined],
  ["TLS", undefined, undefined],
  ["-", undefined, undefined],
  ["", undefined, undefined],
  ["UNDETERMINED", undefined, undefined],
])("%s is version %s of %s", (text, version, protocol) => {
  const layout = new Layout(TLS_FIELDS);
  const values = new LayoutValues(layout);
  values.clear();
  const bytes = Buffer.from(`TLSv1.0 ${text}.9`);
  new TlsFields(layout).set(bytes, 8, bytes.length - 2, values);
  expect([values.get("tls.version", bytes), values.get("tls.version_protocol", bytes)]).toEqual([version, protocol]);
});
