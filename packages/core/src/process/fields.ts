import type { Scalar } from "../config/config.ts";
import { settle } from "../record/edited.ts";
import { dropMember, type Members, memberOf, placeIn, setMember } from "../record/members.ts";
import type { Edit } from "./steps.ts";

/** Sets fields to constants, in place of what they held. */
export function compileAdd(values: Readonly<Record<string, Scalar>>): Edit {
  return edit((document) => {
    for (const [name, value] of Object.entries(values)) setMember(document, name, value);
  });
}

/** Old name → new name; where there is nothing under the old one, nothing changes. */
export function compileRename(names: Readonly<Record<string, string>>): Edit {
  return edit((document) => {
    for (const [from, to] of Object.entries(names)) {
      const place = placeIn(document, from);
      const value = memberOf(document, place);
      if (value === undefined) continue;
      dropMember(document, place);
      setMember(document, to, value);
    }
  }, Object.keys(names));
}

export function compileDrop(names: readonly string[]): Edit {
  return edit((document) => {
    for (const name of names) dropMember(document, placeIn(document, name));
  }, names);
}

/** `when`: fields of which one must be there for anything to change. */
function edit(change: (document: Members) => void, when?: readonly string[]): Edit {
  return {
    kind: "edit",
    needed: (record) => when === undefined || when.some((name) => record.get(name) !== undefined),
    apply: (record) => {
      change(record.edited as Members);
      settle(record);
    },
  };
}
