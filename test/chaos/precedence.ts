import { bulkReplyOf, documentsIn } from "./proxy/bulk.ts";
import type { Exchange, Reply } from "./proxy/exchange.ts";
import type { Fifo, FifoMessage } from "./sources/fifo.ts";
import type { Serials } from "./workload/serials.ts";
import type { Part } from "./workload/workload.ts";

interface Place {
  readonly group: string;
  readonly turn: number;
}

/**
 * Watches the requests of a run for the order within FIFO groups: nothing of a message may be sent before all of the earlier ones
 * of its group is in the index, or in the dead letters.
 */
export class Precedence {
  readonly breaches: string[] = [];
  readonly #fifo: Fifo;
  readonly #serials: Serials;
  /** Of what a message tells. */
  readonly #parts = new Map<FifoMessage, readonly Part[]>();
  readonly #places = new Map<number, Place>();
  readonly #there = new Set<number>();

  constructor(fifo: Fifo, serials: Serials, parts: readonly Part[]) {
    this.#fifo = fifo;
    this.#serials = serials;
    for (const group of fifo.groups)
      group.forEach((message, turn) => {
        const own = parts.filter(({ toldBy }) => toldBy.includes(message));
        this.#parts.set(message, own);
        for (const serial of own.flatMap((part) => part.serials))
          this.#places.set(serial, { group: message.group, turn });
      });
  }

  /** A request has come. */
  asked({ operation, body, headers }: Exchange): void {
    if (operation !== "bulk") return;
    const latest = new Map<string, number>();
    for (const document of documentsIn(body, headers))
      for (const serial of this.#serials.in(document)) {
        const { group, turn } = this.#places.get(serial) ?? {};
        if (group !== undefined && turn !== undefined) latest.set(group, Math.max(turn, latest.get(group) ?? 0));
      }
    for (const [group, turn] of latest) {
      const before = this.#fifo
        .inGroup(group)
        .slice(0, turn)
        .find((message) => !this.#isSettled(message));
      if (before !== undefined) this.breaches.push(`${group}: message ${turn} was sent before all of ${before.id}`);
    }
  }

  /** The server itself has answered what it got of a request. */
  answered({ operation, headers }: Exchange, body: Buffer, reply: Reply): void {
    if (operation === "put-dead-letter" && reply.status === 200)
      for (const serial of this.#serials.in(body.toString("utf8"))) this.#there.add(serial);
    if (operation !== "bulk") return;
    const items = bulkReplyOf(reply)?.items ?? [];
    documentsIn(body, headers).forEach((document, i) => {
      const { status } = Object.values(items[i] ?? {})[0] as { readonly status?: number };
      if (status === 201 || status === 409) for (const serial of this.#serials.in(document)) this.#there.add(serial);
    });
  }

  #isSettled(message: FifoMessage): boolean {
    if (message.isPoison || message.isDead) return true;
    const parts = this.#parts.get(message) ?? [];
    return parts.every(({ owed, serials }) => owed !== "once" || serials.every((serial) => this.#there.has(serial)));
  }
}
