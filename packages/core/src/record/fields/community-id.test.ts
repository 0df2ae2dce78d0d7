import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { communityId, type Flow } from "./community-id.ts";

const flow = (source: string, destination: string, transport: string, from: number, to: number): Flow => ({
  source,
  destination,
  transport,
  sourcePort: from,
  destinationPort: to,
});

// Baseline values of the specification, with the default seed.
test.each([
  [flow("128.232.110.120", "66.35.250.204", "tcp", 34855, 80), "1:LQU9qZlK+B5F3KDmev6m5PMibrg="],
  [flow("66.35.250.204", "128.232.110.120", "tcp", 80, 34855), "1:LQU9qZlK+B5F3KDmev6m5PMibrg="],
  [flow("192.168.1.52", "8.8.8.8", "udp", 54585, 53), "1:d/FP5EW3wiY1vCndhwleRRKHowQ="],
])("%j", (given, expected) => {
  expect(communityId(given)).toBe(expected);
});

describe("both directions of a flow", () => {
  const ipv4 = fc.ipV4();
  const ipv6 = fc.ipV6();
  const port = fc.integer({ min: 0, max: 65535 });
  const ends = fc.oneof(fc.tuple(ipv4, ipv4), fc.tuple(ipv6, ipv6));

  test("have the same id", () => {
    fc.assert(
      fc.property(ends, port, port, fc.constantFrom("tcp", "udp", "sctp"), ([a, b], from, to, transport) => {
        const id = communityId(flow(a, b, transport, from, to));
        expect(id).toMatch(/^1:[A-Za-z0-9+/]{27}=$/);
        expect(communityId(flow(b, a, transport, to, from))).toBe(id);
      }),
    );
  });

  test("so do an echo's request and its answer", () => {
    fc.assert(
      fc.property(ipv4, ipv4, (a, b) => {
        expect(communityId(flow(b, a, "icmp", 0, 0))).toBe(communityId(flow(a, b, "icmp", 8, 0)));
      }),
    );
  });
});

test("however an IPv6 address is written", () => {
  const written = ["2001:db8::1", "2001:0db8:0:0:0:0:0:1", "2001:DB8::0.0.0.1"];
  expect(new Set(written.map((each) => communityId(flow(each, "::", "tcp", 1, 2)))).size).toBe(1);
});

test("none for protocols without ports, for addresses of two kinds and for ports that are none", () => {
  expect(communityId(flow("10.0.0.1", "10.0.0.2", "gre", 0, 0))).toBeUndefined();
  expect(communityId(flow("10.0.0.1", "::1", "tcp", 1, 2))).toBeUndefined();
  expect(communityId(flow("10.0.0.1", "10.0.0.2", "tcp", Number.NaN, 2))).toBeUndefined();
  expect(communityId(flow("10.0.0.1", "10.0.0.2", "tcp", 65536, 2))).toBeUndefined();
});
