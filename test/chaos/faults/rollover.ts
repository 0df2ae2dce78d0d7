import { forward } from "../proxy/exchange.ts";
import { type FaultKind, requestFault, windowOf } from "./kind.ts";

/** The server has taken the documents, nobody learns of it, and what is sent again meets a new backing index. */
export const rolledOver: FaultKind = {
  name: "rolled-over",
  make(random) {
    const isKilled = random.chance(0.5);
    return requestFault(this.name, "bulk", windowOf(random, 2, 2), ({ slot }, { search, stream, environments }) =>
      forward({
        reply: async (reply) => {
          await search.rollOver(stream);
          if (isKilled) environments[slot]?.kill();
          return reply;
        },
        lose: isKilled ? "hang" : "reset",
      }),
    );
  },
};
