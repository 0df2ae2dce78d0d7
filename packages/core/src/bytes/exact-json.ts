interface ExactJson {
  parse(text: string, reviver: (key: string, value: unknown, context?: { source?: string }) => unknown): unknown;
  rawJSON?(text: string): { readonly rawJSON: string };
  isRawJSON?(value: unknown): value is { readonly rawJSON: string };
}

const exact = JSON as unknown as ExactJson;

/** Numbers that a double may not hold as they are written: many digits, or an exponent. */
const INEXACT = /\d{16}|\d\.\d{15}|\d[eE]/;

/** Numbers that a double doesn't hold become raw JSON, which is written again as it came, where JavaScript has that (V8 11.4). */
export function parseExact(text: string): unknown {
  const { rawJSON } = exact;
  if (rawJSON === undefined || !INEXACT.test(text)) return JSON.parse(text);
  return exact.parse(text, (_key, value, context) => {
    const source = context?.source;
    return typeof value === "number" && source !== undefined && String(value) !== source ? rawJSON(source) : value;
  });
}

export function isRawNumber(value: unknown): value is { readonly rawJSON: string } {
  return exact.isRawJSON?.(value) === true;
}
