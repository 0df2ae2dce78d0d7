import { describe, expect, test } from "vitest";
import { opensearchOptions } from "./options.ts";
import { missingPrivileges } from "./privileges.ts";
import type { Answer, Failure, Request } from "./send.ts";

const FAILURE: Failure = { kind: "failure", code: "RESET", message: "reset", lasting: false };
const said = (status: number, body: unknown): Answer => ({
  kind: "answer",
  status,
  headers: {},
  text: typeof body === "string" ? body : JSON.stringify(body),
});
const has = (read: boolean, metadata: boolean, pattern = "logs-*-*"): Answer =>
  said(200, { index: { [pattern]: { read, view_index_metadata: metadata } } });

async function missing(product: "elasticsearch" | "opensearch", answer: Answer | Failure, options: object = {}) {
  const asked: Request[] = [];
  const parsed = opensearchOptions.parse({ url: "http://search:9200", ...options });
  const words = await missingPrivileges(parsed, product, async (request) => {
    asked.push(request);
    return answer;
  });
  return { asked, privileges: words.map((each) => /"(\w+)"/.exec(each)?.[1]) };
}

describe("Elasticsearch says what a key may do", () => {
  test.each([
    ["all", has(true, true), []],
    ["no dates", has(true, false), ["view_index_metadata"]],
    ["nothing but write", has(false, false), ["read", "view_index_metadata"]],
    ["security is off", said(400, "no handler"), []],
    ["HTML", said(200, "<html>"), []],
    ["null", said(200, "null"), []],
    ["no answer", FAILURE, []],
  ])("%s", async (_, answer, expected) => {
    const { privileges, asked } = await missing("elasticsearch", answer);
    expect(privileges).toEqual(expected);
    expect(asked.map(({ path }) => path)).toEqual(["/_security/user/_has_privileges"]);
    expect(JSON.parse(String(asked[0]?.body))).toMatchObject({ index: [{ names: ["logs-*-*"] }] });
  });

  test.each([{ dedupe: "always" }, { dedupeWindowMs: 0 }])("dates aren't needed: %j", async (options) => {
    expect((await missing("elasticsearch", has(false, false), options)).privileges).toEqual(["read"]);
  });

  test("the pattern is the target's", async () => {
    const { privileges } = await missing("elasticsearch", has(true, false, "app-*-x-*"), {
      target: "app-{dataset}-x-{yyyy}",
    });
    expect(privileges).toEqual(["view_index_metadata"]);
  });
});

test.each([
  ["given", said(200, {}), []],
  ["not there yet", said(404, { error: { type: "index_not_found_exception" } }), []],
  ["refused", said(403, { error: { type: "security_exception", reason: "no permissions" } }), ["view_index_metadata"]],
  ["no answer", FAILURE, []],
])("OpenSearch is asked for the dates themselves: %s", async (_, answer, expected) => {
  const { privileges, asked } = await missing("opensearch", answer);
  expect(privileges).toEqual(expected);
  expect(asked.map(({ path }) => path)).toEqual(["/logs-*-*/_settings/index.creation_date"]);
});
