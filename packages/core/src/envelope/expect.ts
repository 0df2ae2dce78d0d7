import { quote, SluiceError } from "../errors.ts";

export type Json = Record<string, unknown>;

/** The longest piece of an event that an error shows, in characters. */
const SHOWN_CHARS = 60;

export function isObject(value: unknown): value is Json {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

export function list(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

export function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = typeof value === "string" ? value : jsonText(value);
  return quote(text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}…` : text);
}

function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? typeof value;
  } catch {
    return "a value nested too deeply to show";
  }
}

export function malformed(where: string, expected: string, got: unknown): SluiceError {
  return new SluiceError("EVENT_MALFORMED", `${where}: expected ${expected}, got ${shown(got)}`);
}

export function expectObject(value: unknown, where: string): Json {
  if (!isObject(value)) throw malformed(where, "an object", value);
  return value;
}

export function expectText(value: unknown, where: string): string {
  if (typeof value !== "string" || value === "") throw malformed(where, "text", value);
  return value;
}

export function optionalText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function optionalNumber(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** A whole number that isn't negative. */
export function expectNumber(value: unknown, where: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw malformed(where, "a whole number", value);
  return value as number;
}
