import type { Search } from "./stand/search.ts";
import type { Store } from "./stand/store.ts";
import type { Serials } from "./workload/serials.ts";
import type { Part } from "./workload/workload.ts";

/** How often each serial is in the index, the dead letters and the archive. */
export interface Found {
  readonly indexed: Uint16Array;
  readonly deadLettered: Uint16Array;
  /** Undefined where the run has no archive. */
  readonly archived: Uint16Array | undefined;
}

export interface Verdict {
  readonly lost: readonly number[];
  readonly doubled: readonly number[];
  readonly deadLettered: number;
  /** What else isn't as it was promised. */
  readonly broken: readonly string[];
}

/** Reads what is really there, with nothing of the product. */
export async function look(
  search: Search,
  store: Store,
  serials: Serials,
  where: { readonly stream: string; readonly deadLetters: string; readonly archive: string | undefined },
): Promise<Found> {
  const [hits, letters, archive] = await Promise.all([
    search.everything(where.stream),
    store.texts("deadLetters", where.deadLetters),
    where.archive === undefined ? undefined : store.texts("archive", where.archive),
  ]);
  const linesOf = (texts: readonly string[]): string[] => texts.flatMap((text) => text.split("\n"));
  return {
    indexed: count(
      hits.map(({ message }) => message),
      serials,
    ),
    deadLettered: count(linesOf(letters), serials),
    archived: archive === undefined ? undefined : count(linesOf(archive), serials),
  };
}

function count(documents: readonly string[], serials: Serials): Uint16Array {
  const counts = new Uint16Array(serials.count);
  for (const document of documents)
    for (const serial of serials.in(document)) counts[serial] = (counts[serial] ?? 0) + 1;
  return counts;
}

export function judge(parts: readonly Part[], { indexed, deadLettered, archived }: Found): Verdict {
  const lost = new Set<number>();
  const doubled = new Set<number>();
  const broken: string[] = [];
  for (const part of parts) {
    const isOwed =
      part.owed === "once" || (part.owed === "acknowledged" && part.toldBy.every((each) => each.isAcknowledged));
    let misplaced = 0;
    for (const serial of part.serials) {
      const [inIndex, inLetters, inArchive] = [indexed[serial] ?? 0, deadLettered[serial] ?? 0, archived?.[serial]];
      if (isOwed && (inIndex + inLetters === 0 || inArchive === 0)) lost.add(serial);
      if (inIndex > 1 || (inArchive ?? 0) > 1) doubled.add(serial);
      if (part.refused.has(serial) ? inIndex > 0 : inLetters > 0) misplaced += 1;
    }
    if (misplaced > 0)
      broken.push(`${part.name}: ${misplaced} in the dead letters that are sound, or the other way round`);
  }
  const ascending = (some: Set<number>): number[] => [...some].sort((a, b) => a - b);
  const letters = deadLettered.reduce((sum, times) => sum + Math.min(times, 1), 0);
  return { lost: ascending(lost), doubled: ascending(doubled), deadLettered: letters, broken };
}
