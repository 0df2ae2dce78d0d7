import type { Client } from "@elastic/elasticsearch";
import { expect, test } from "vitest";
import { exchange } from "./send.ts";

/** A client whose requests end as the transport's do: the words of what went wrong, without its code. */
function failing(name: string, message: string): Client {
  const error = Object.assign(new Error(message), { name });
  return { transport: { request: () => Promise.reject(error) } } as unknown as Client;
}

test.each([
  ["ConnectionError", "self-signed certificate in certificate chain", "CERTIFICATE", true],
  ["ConnectionError", "unable to verify the first certificate", "CERTIFICATE", true],
  ["ConnectionError", "certificate has expired", "CERTIFICATE", true],
  ["ConnectionError", "Hostname/IP does not match certificate's altnames: IP: 10.0.0.1", "CERTIFICATE", true],
  ["ConnectionError", "Server certificate CA fingerprint does not match the value configured", "CERTIFICATE", true],
  ["ConnectionError", "0A00010B:SSL routines:tls_validate_record_header:wrong version number", "TLS", true],
  ["ConnectionError", "read ECONNRESET", "RESET", false],
  ["ConnectionError", "write EPIPE", "RESET", false],
  ["ConnectionError", "other side closed - Local: 127.0.0.1:1, Remote: 127.0.0.1:2", "RESET", false],
  ["ConnectionError", "Connect Timeout Error (attempted address: a:9200, timeout: 10000ms)", "TIMEOUT", false],
  ["TimeoutError", "Request timed out", "TIMEOUT", false],
  ["ConnectionError", "connect ECONNREFUSED 127.0.0.1:9200", "ECONNREFUSED", false],
  ["ConnectionError", "getaddrinfo ENOTFOUND search.example", "DNS", false],
  ["ConnectionError", "something new", "NETWORK", false],
  ["RequestAbortedError", "The content length (9) is bigger than the maximum allowed string", "SINK_PROTOCOL", true],
  ["Error", "incorrect header check", "SINK_PROTOCOL", true],
])("%s: %s", async (name, message, code, lasting) => {
  const { signal } = new AbortController();
  const result = await exchange(failing(name, message), { method: "GET", path: "/" }, signal, 1000);
  expect(result).toMatchObject({ kind: "failure", code, lasting });
});
