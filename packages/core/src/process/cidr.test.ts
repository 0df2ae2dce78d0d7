import { expect, test } from "vitest";
import { type Cidr, isWithin, parseCidr } from "./cidr.ts";

function within(address: string, ...ranges: string[]): boolean {
  return isWithin(
    address,
    ranges.map((range) => parseCidr(range) as Cidr),
  );
}

test.each([
  ["10.1.2.3", "10.0.0.0/8", true],
  ["11.1.2.3", "10.0.0.0/8", false],
  ["192.168.127.255", "192.168.0.0/17", true],
  ["192.168.128.0", "192.168.0.0/17", false],
  ["203.0.113.7", "203.0.113.7", true],
  ["203.0.113.8", "203.0.113.7", false],
  ["1.2.3.4", "0.0.0.0/0", true],
  ["2001:db8::1", "2001:db8::/32", true],
  ["2001:db9::1", "2001:db8::/32", false],
  ["2001:db8:0:ff00::", "2001:db8:0:f000::/52", true],
  ["2001:db8:0:e000::", "2001:db8:0:f000::/52", false],
  ["::1", "::/0", true],
  ["::1", "::1/128", true],
  ["::ffff:10.1.2.3", "10.0.0.0/8", true],
  ["1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8", true],
  ["not an address", "0.0.0.0/0", false],
  ["", "::/0", false],
  ["10.0.0.1:443", "10.0.0.0/8", false],
])("%s in %s: %s", (address, range, expected) => {
  expect(within(address, range)).toBe(expected);
});

test("any of several ranges", () => {
  expect(within("172.16.4.4", "10.0.0.0/8", "172.16.0.0/12")).toBe(true);
});

test.each(["", "10.0.0.0/33", "10.0.0/8", "2001:db8::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/1e1", "host/8"])(
  "%j is no range",
  (text) => {
    expect(parseCidr(text)).toBeUndefined();
  },
);
