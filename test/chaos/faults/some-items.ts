import { documentsOf, fillIn } from "../proxy/bulk.ts";
import { forward } from "../proxy/exchange.ts";
import { type FaultKind, requestFault, windowOf } from "./kind.ts";

const REFUSED = {
  create: {
    status: 429,
    error: { type: "es_rejected_execution_exception", reason: "rejected execution of primary operation" },
  },
};

/** Some documents of a request never reach the index, and the answer says so of each. */
export const someItemsRefused: FaultKind = {
  name: "some-items-refused",
  make(random) {
    const share = 0.05 + 0.9 * random.next();
    return requestFault(this.name, "bulk", windowOf(random, 2, 6), (exchange) => {
      const documents = documentsOf(exchange);
      const left = new Set(documents.map((_, i) => i).filter(() => random.chance(share)));
      left.delete(random.below(documents.length));
      if (left.size === 0) return undefined;
      const body = Buffer.from(documents.filter((_, i) => !left.has(i)).join(""));
      return forward({ body, plain: true, reply: (reply) => fillIn(reply, left, documents.length, REFUSED) });
    });
  },
};
