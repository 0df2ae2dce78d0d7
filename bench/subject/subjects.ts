import type { Addresses } from "../stubs/main.ts";
import { NAIVE, SLUICE } from "./build.ts";

/** A forwarder to be measured. */
export interface Subject {
  readonly name: string;
  readonly title: string;
  readonly handler: string;
  /** Name of the subject that it is compared with; undefined for a yardstick. */
  readonly yardstick: string | undefined;
  readonly env: (addresses: Addresses) => Readonly<Record<string, string>>;
}

export const SUBJECTS: readonly Subject[] = [
  sluice("sluice", "message, id and origin; gzip level 1", "naive", "raw", { compressionLevel: 1 }),
  sluice("sluice-ecs", "parsed to ECS; gzip level 1", "naive", "ecs", { compressionLevel: 1 }),
  sluice("sluice-plain", "message, id and origin; no compression", "naive-plain", "raw", { compression: "none" }),
  naive("naive", "message, time and origin; the client's gzip", "gzip"),
  naive("naive-plain", "message, time and origin; no compression", "none"),
];

export function subjectNamed(name: string): Subject {
  const subject = SUBJECTS.find((each) => each.name === name);
  if (subject !== undefined) return subject;
  throw new Error(`no subject ${name}: expected one of ${SUBJECTS.map((each) => each.name).join(", ")}`);
}

function sluice(name: string, title: string, yardstick: string, parse: "raw" | "ecs", sink: object): Subject {
  const env: Subject["env"] = ({ elasticsearch }) => {
    const search = { type: "elasticsearch", url: `http://${elasticsearch}`, auth: { apiKey: "eDp4" }, ...sink };
    return { SLUICE_CONFIG: JSON.stringify({ sources: [{ parse }], sinks: { search } }) };
  };
  return { name, title, handler: SLUICE, yardstick, env };
}

function naive(name: string, title: string, compression: string): Subject {
  const env: Subject["env"] = ({ elasticsearch }) => ({
    ELASTICSEARCH_URL: `http://${elasticsearch}`,
    COMPRESSION: compression,
  });
  return { name, title, handler: NAIVE, yardstick: undefined, env };
}
