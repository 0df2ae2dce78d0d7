import { encodeDocument, type SinkDefinition } from "@sluice/core";

const LF = 0x0a;

/** Takes everything, and looks whether every document is one. */
export class JudgingSink {
  readonly definition: SinkDefinition;
  #lines: string[] = [];

  constructor() {
    this.definition = {
      options: { safeParse: (data: unknown) => ({ success: true, data }) } as never,
      create: () => ({
        dedupes: "never",
        encode: (record, out) => {
          encodeDocument(record, out, { id: true });
          out.byte(LF);
          return undefined;
        },
        send: async (batch) => {
          this.#lines.push(...Buffer.from(batch.bytes).toString("utf8").split("\n").slice(0, -1));
          return { kind: "delivered" };
        },
      }),
    };
  }

  begin(): void {
    this.#lines = [];
  }

  judge(delivered: number): void {
    if (this.#lines.length !== delivered) throw new Error(`${delivered} delivered, ${this.#lines.length} lines`);
    const ids = new Set<string>();
    for (const line of this.#lines) {
      const document = JSON.parse(line) as {
        readonly "@timestamp": string;
        readonly message: unknown;
        readonly sluice: { readonly id: string };
      };
      if (Number.isNaN(Date.parse(document["@timestamp"]))) throw new Error(`no time: ${document["@timestamp"]}`);
      if (typeof document.message !== "string") throw new Error(`no message: ${line.slice(0, 200)}`);
      if (!/^1[0-9a-f]{32}-\d+-\d+$/.test(document.sluice.id)) throw new Error(`no id: ${document.sluice.id}`);
      ids.add(document.sluice.id);
    }
  }
}
