import type { Told } from "./sources/source.ts";
import type { SourceObject } from "./workload/workload.ts";

/** What the function sent itself about a deleted object, or put aside, is as good as what first told of it. */
export function condemn(
  told: readonly Told[],
  objects: readonly SourceObject[],
  claims: ReadonlyMap<string, string>,
): void {
  for (const { key, owed, toldBy } of objects) {
    if (owed !== "acknowledged") continue;
    for (const each of told) {
      if (toldBy.includes(each) || !contentOf(each, claims).includes(JSON.stringify(key).slice(1, -1))) continue;
      each.isDoomed = true;
      toldBy.push(each);
    }
  }
}

function contentOf({ body }: Told, claims: ReadonlyMap<string, string>): string {
  const [, key] = /^\{"sluice":"claim".*"key":"([^"]*)"/.exec(body) ?? [];
  return (key === undefined ? undefined : claims.get(key)) ?? body;
}

/** Promises about what was delivered, whatever became of the lines. */
export function brokenBy(told: readonly Told[]): string[] {
  return told.flatMap(({ body, isPoison, isDoomed, isAcknowledged, isDead }) => {
    const shown = body.slice(0, 200);
    if (isPoison && isAcknowledged) return [`acknowledged, though it can't be done: ${shown}`];
    return isDead && !isPoison && !isDoomed ? [`given up: ${shown}`] : [];
  });
}
