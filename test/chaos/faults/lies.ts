import { documentsOf, fillIn } from "../proxy/bulk.ts";
import { forward } from "../proxy/exchange.ts";
import { type FaultKind, requestFault } from "./kind.ts";

// No faults that anything could survive: a server that lies. By them the suite shows that it would notice.

const CREATED = { create: { status: 201 } };
const FIRST = { from: 0, length: 1 };

/** One document is left out, and told as created. */
export const silentDrop: FaultKind = {
  name: "silent-drop",
  make() {
    return requestFault(this.name, "bulk", FIRST, (exchange) => {
      const documents = documentsOf(exchange);
      if (documents.length < 2) return undefined;
      const body = Buffer.from(documents.slice(1).join(""));
      return forward({ body, plain: true, reply: (reply) => fillIn(reply, new Set([0]), documents.length, CREATED) });
    });
  },
};

/** One document is there again, under an id of its own. */
export const silentCopy: FaultKind = {
  name: "silent-copy",
  make() {
    return requestFault(this.name, "bulk", FIRST, (exchange, { search, stream }) => {
      const [, document = ""] = documentsOf(exchange)[0]?.split("\n") ?? [];
      const copy = (): Promise<unknown> =>
        fetch(`${search.url}/${stream}/_create/a-copy`, {
          method: "PUT",
          body: document,
          headers: { "content-type": "application/json" },
        });
      return forward({ before: copy });
    });
  },
};
