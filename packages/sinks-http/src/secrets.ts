import { Buffer } from "node:buffer";
import type { HttpOptions } from "./options.ts";

/** Header and query values shorter than this are no secrets, and too common in text to be taken out. */
const MIN_SECRET_CHARS = 6;
/** Some receivers have their token in the path; what is shorter there is a name. */
const MIN_PATH_SECRET_CHARS = 16;

/** Takes out of foreign text what the options hold: servers repeat credentials in their complaints. */
export function redactor(options: HttpOptions): (text: string) => string {
  const forms = [...new Set(secretsOf(options).flatMap(formsOf))].sort((a, b) => b.length - a.length);
  return (text) => forms.reduce((left, form) => left.replaceAll(form, "[secret]"), text);
}

function secretsOf({ auth, headers, url }: HttpOptions): string[] {
  const basic = auth?.basic;
  const certain = [auth?.bearer, auth?.header?.value, basic?.password, basic && basicCredentials(basic)];
  const { searchParams, pathname } = new URL(url);
  const possible = [...Object.values(headers), ...searchParams.values()];
  const segments = pathname.split("/").filter((segment) => segment.length >= MIN_PATH_SECRET_CHARS);
  return [
    ...segments,
    ...certain.filter((value) => value !== undefined && value !== ""),
    ...possible.filter((value) => value.length >= MIN_SECRET_CHARS),
  ] as string[];
}

/** As it is, inside a JSON string, and in a URL. */
function formsOf(secret: string): string[] {
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)];
}

/** RFC 7617: base64 of `username:password` in UTF-8. */
export function basicCredentials(basic: { readonly username: string; readonly password: string }): string {
  return Buffer.from(`${basic.username}:${basic.password}`).toString("base64");
}
