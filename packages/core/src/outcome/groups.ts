import type { Unit } from "../envelope/item.ts";
import { quote, SluiceError } from "../errors.ts";

/** Ordered groups (SQS FIFO): after a unit that failed the rest of its group is left out, and comes again behind it. */
export class Groups {
  readonly #broken = new Set<string>();
  readonly #leftOut = new Set<Unit>();

  /** A unit of the group failed. */
  broke({ group }: Unit): void {
    if (group !== undefined) this.#broken.add(group);
  }

  /** Whether nothing of the unit may be begun. */
  leaveOut(unit: Unit): boolean {
    if (unit.group === undefined || !this.#broken.has(unit.group)) return false;
    this.#leftOut.add(unit);
    return true;
  }

  /** Why a unit that was left out may not be acknowledged. */
  errorOf(unit: Unit): SluiceError | undefined {
    if (!this.#leftOut.has(unit)) return undefined;
    const { id, error } = unit;
    return error ?? new SluiceError("ORDER_PRESERVED", `sqs ${quote(id)}: an earlier message of its group failed`);
  }
}
