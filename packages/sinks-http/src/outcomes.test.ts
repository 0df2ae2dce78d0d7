import { expect, test } from "vitest";
import { faultOf, outcomeOf } from "./outcomes.ts";

const NOW = Date.UTC(2026, 0, 1);
const same = (text: string): string => text;

test("every status has an action", () => {
  for (let status = 200; status < 600; status++) {
    const { kind } = outcomeOf({ status, text: "", retryAfter: undefined }, NOW);
    expect(["delivered", "retry", "split", "unauthorized", "unavailable"]).toContain(kind);
    if (status >= 300) expect(kind).not.toBe("delivered");
    if (status >= 500) expect(kind).toBe("retry");
  }
});

test("a connection tried on several addresses fails with the first one's reason", () => {
  const refused = Object.assign(new Error("connect ECONNREFUSED ::1:9"), { code: "ECONNREFUSED" });
  expect(faultOf(new AggregateError([refused]), same).reason.code).toBe("ECONNREFUSED");
});

test.each(["CERT_HAS_EXPIRED", "ERR_TLS_CERT_ALTNAME_INVALID", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"])(
  "%s is for a person",
  (code) => {
    expect(faultOf(Object.assign(new Error("x"), { code }), same).kind).toBe("unavailable");
  },
);
