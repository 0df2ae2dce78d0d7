import type { Framer } from "./frame.ts";

/** For content that holds no records: everything is passed over. */
export class NoFramer implements Framer {
  push(): void {}
  end(): void {}
}
