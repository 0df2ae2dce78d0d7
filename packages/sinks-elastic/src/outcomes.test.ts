import type { RecordOutcome, SendResult } from "@sluice/core";
import { describe, expect, test } from "vitest";
import { sendResult } from "./outcomes.ts";
import type { Sent } from "./pressure.ts";
import { createTell } from "./reason.ts";
import type { Answer } from "./send.ts";

const tell = createTell(["open-sesame"]);
const of = (count: number, bytes = count * 1000): Sent => ({ count, bytes });
const answer = (status: number, body: unknown, headers: Answer["headers"] = {}): Answer => ({
  kind: "answer",
  status,
  headers,
  text: typeof body === "string" ? body : JSON.stringify(body),
});
const whole = (status: number, type: string, reason: string): SendResult =>
  sendResult(answer(status, { error: { root_cause: [], type, reason }, status }), of(3), tell);
const item = (status: number, type: string, reason = "why"): RecordOutcome => {
  const bulk = { errors: true, items: [{ create: { status, error: { type, reason } } }, { create: { status: 201 } }] };
  const result = sendResult(answer(200, bulk), of(2), tell);
  return result.kind === "each" ? (result.outcomes[0] as RecordOutcome) : { kind: "delivered" };
};

describe("items", () => {
  const table: readonly (readonly [RecordOutcome["kind"], number, string, string?])[] = [
    ["delivered", 409, "version_conflict_engine_exception"],
    ["retry", 429, "es_rejected_execution_exception"],
    ["retry", 429, "rejected_execution_exception"],
    ["retry", 429, "circuit_breaking_exception"],
    ["retry", 503, "unavailable_shards_exception"],
    ["retry", 503, "process_cluster_event_timeout_exception"],
    ["retry", 503, "cluster_block_exception", "blocked by: [SERVICE_UNAVAILABLE/2/no master];"],
    ["retry", 404, "shard_not_found_exception"],
    ["retry", 500, "node_closed_exception"],
    ["retry", 400, "resource_already_exists_exception"],
    ["retry", 503, "something_new_exception"],
    ["retry", 429, "something_new_exception"],
    ["reject", 400, "document_parsing_exception", "[1:9] failed to parse field [n] of type [long]"],
    ["reject", 400, "mapper_parsing_exception", "failed to parse field [n] of type [long]"],
    ["reject", 400, "strict_dynamic_mapping_exception", "dynamic introduction of [x] within [_doc] is not allowed"],
    ["reject", 400, "x_content_parse_exception"],
    ["reject", 400, "stream_constraints_exception"],
    ["reject", 500, "fail_processor_exception"],
    ["reject", 400, "illegal_argument_exception", 'Document contains at least one immense term in field="message"'],
    ["reject", 400, "illegal_argument_exception", "Limit of total fields [1000] has been exceeded while adding [1]"],
    ["reject", 400, "illegal_argument_exception", "Limit of mapping depth [20] has been exceeded due to object field"],
    ["reject", 400, "illegal_argument_exception", "mapper [a] cannot be changed from type [long] to [text]"],
    ["reject", 400, "illegal_argument_exception", "can't merge a non object mapping [a] with an object mapping"],
    ["reject", 400, "illegal_argument_exception", "field name cannot be an empty string"],
    ["reject", 400, "illegal_argument_exception", "Field name [nnn] is longer than the limit of [2] characters"],
    ["reject", 400, "illegal_argument_exception", "The number of nested documents has exceeded the allowed limit"],
    ["reject", 400, "illegal_argument_exception", "Provided Grok expressions do not match field value: [x]"],
    ["reject", 400, "illegal_argument_exception", "data stream timestamp field [@timestamp] is missing"],
    ["fail", 400, "illegal_argument_exception", "pipeline with id [missing] does not exist"],
    ["fail", 400, "illegal_argument_exception", "no write index is defined for alias [app]"],
    ["fail", 400, "illegal_argument_exception", "only write ops with an op_type of create are allowed in data streams"],
    [
      "fail",
      400,
      "document_parsing_exception",
      "failed to parse field [data_stream.dataset] of type [constant_keyword]",
    ],
    ["fail", 403, "cluster_block_exception", "index [a] blocked by: [FORBIDDEN/8/index write (api)];"],
    ["fail", 429, "cluster_block_exception", "[TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark]"],
    ["fail", 404, "index_not_found_exception"],
    ["fail", 400, "index_closed_exception"],
    ["fail", 403, "security_exception"],
    ["fail", 400, "validation_exception", "this action would add [2] shards, but this cluster has [1000]/[1000]"],
    ["fail", 400, "invalid_index_name_exception"],
    ["fail", 400, "something_new_exception"],
    ["fail", 400, "not a type at all"],
  ];
  test.each(table.map(([kind, status, type, reason = "why"]) => [kind, status, type, reason] as const))(
    "%s: %i %s %s",
    (kind, status, type, reason) => {
      expect(item(status, type, reason).kind).toBe(kind);
    },
  );

  test("a reason has the error's type, its words and the status", () => {
    expect(item(400, "mapper_parsing_exception", "failed to parse")).toEqual({
      kind: "reject",
      reason: { code: "mapper_parsing_exception", message: "failed to parse", status: 400 },
    });
  });

  test.each([
    "failed to parse field [n] of type [long] in document with id 'x'. Preview of field's value: 'hunter2'",
    'immense term in field="m" (whose UTF8 encoding is too long), The prefix of the first immense term is: \'[hunter2]',
    "Provided Grok expressions do not match field value: [hunter2]",
    "[constant_keyword] field [a] only accepts values equal to [b], but got [hunter2]",
  ])("values of the document are left out: %s", (reason) => {
    const outcome = item(400, "document_parsing_exception", reason);
    expect(JSON.stringify(outcome)).not.toContain("hunter2");
    expect(JSON.stringify(outcome)).toContain(reason.slice(0, 10).replaceAll('"', ""));
  });

  test("without an error the status decides", () => {
    const bulk = { errors: true, items: [201, 200, 429, 500, 400].map((status) => ({ create: { status } })) };
    const result = sendResult(answer(200, bulk), of(5), tell);
    expect(result.kind === "each" && result.outcomes.map(({ kind }) => kind)).toEqual([
      "delivered",
      "delivered",
      "retry",
      "retry",
      "fail",
    ]);
  });

  test("items without anything in them are no success", () => {
    const result = sendResult(answer(200, { errors: false, items: [{}, { create: {} }] }), of(2), tell);
    expect(result.kind === "each" && result.outcomes.map(({ kind }) => kind)).toEqual(["fail", "fail"]);
  });

  test("only conflicts: delivered", () => {
    const error = { type: "version_conflict_engine_exception", reason: "document already exists" };
    const bulk = { errors: true, items: [{ create: { status: 409, error } }, { create: { status: 201 } }] };
    expect(sendResult(answer(200, bulk), of(2), tell)).toEqual({ kind: "delivered" });
  });

  test("Retry-After holds for those to retry", () => {
    const error = { type: "es_rejected_execution_exception", reason: "full" };
    const bulk = { errors: true, items: [{ create: { status: 429, error } }] };
    expect(sendResult(answer(200, bulk, { "retry-after": "3" }), of(1), tell)).toMatchObject({
      kind: "each",
      afterMs: 3000,
    });
  });
});

describe("answers without errors", () => {
  const items = (count: number, status = 201): object[] =>
    Array.from({ length: count }, () => ({ create: { status } }));

  test.each([
    ["as filtered", { errors: false, items: items(3) }],
    ["with what was not asked for", { errors: false, took: 12, items: items(3) }],
    ["unfiltered", { took: 3, errors: false, items: items(3).map((each) => ({ ...each, _id: "x" })) }],
    ["200 for 201", { errors: false, items: items(3, 200) }],
  ])("%s: delivered", (_, body) => {
    expect(sendResult(answer(200, body), of(3), tell)).toEqual({ kind: "delivered" });
    expect(sendResult(answer(200, JSON.stringify(body, undefined, 2)), of(3), tell)).toEqual({ kind: "delivered" });
  });

  test.each([
    ["no items", { errors: false }],
    ["too few", { errors: false, items: items(2) }],
    ["too many", { errors: false, items: items(4) }],
    ["none", { errors: false, items: [] }],
    ["not a list", { errors: false, items: 3 }],
    ["nothing in them", { errors: false, items: [null, null, null] }],
    ["null", null],
    ["empty", ""],
    ["cut", '{"errors":false,"items":[{"create":{"sta'],
  ])("%s: a broken protocol", (_, body) => {
    expect(sendResult(answer(200, body), of(3), tell)).toMatchObject({
      kind: "unavailable",
      reason: { code: "SINK_PROTOCOL", status: 200 },
    });
  });
});

describe("refusals of the whole request", () => {
  test.each<readonly [SendResult["kind"], number, string, string]>([
    ["unauthorized", 401, "security_exception", "missing authentication credentials"],
    ["unauthorized", 403, "security_exception", "action is unauthorized"],
    ["unavailable", 403, "cluster_block_exception", "blocked by: [FORBIDDEN/6/cluster read-only (api)];"],
    ["unavailable", 404, "index_not_found_exception", "no such index"],
    ["retry", 408, "timeout", ""],
    ["retry", 429, "circuit_breaking_exception", "Data too large"],
    ["retry", 429, "es_rejected_execution_exception", "queue capacity [1000]"],
    ["retry", 503, "cluster_block_exception", "no master"],
    ["split", 400, "illegal_argument_exception", "Malformed action/metadata line [3], expected START_OBJECT"],
    ["split", 400, "x_content_parse_exception", "[1:3] Unexpected character"],
    ["split", 400, "action_request_validation_exception", "Validation Failed: 1: id is too long"],
    ["unavailable", 400, "illegal_argument_exception", "unknown parameter"],
    ["unavailable", 400, "media_type_header_exception", "Invalid media-type"],
    ["unavailable", 406, "media_type_header_exception", "Invalid media-type"],
    ["unavailable", 507, "something_new_exception", ""],
    ["unavailable", 302, "", ""],
  ])("%s: %i %s %s", (kind, status, type, reason) => {
    const result = whole(status, type, reason);
    expect(result.kind).toBe(kind);
    const code = type.includes("_") ? type : `HTTP_${status}`;
    if ("reason" in result && type !== "timeout") expect(result.reason).toMatchObject({ code, status });
  });

  test.each([
    ["{}", "HTTP 500 without a reason"],
    ['{"message":"Too many"}', "Too many"],
    ['{"Message":"User: anonymous"}', "User: anonymous"],
    ['{"error":"overloaded","status":500}', "overloaded"],
    ["<h1>502</h1>", "<h1>502</h1>"],
    ["", "HTTP 500 without a reason"],
    ["null", "null"],
    ['{"error":{"type":"a_type","reason":"you sent open-sesame"}}', "you sent [secret]"],
  ])("words of %s", (body, message) => {
    expect(sendResult(answer(500, body), of(1), tell)).toMatchObject({
      kind: "retry",
      reason: { message, status: 500 },
    });
  });
});

describe("more than the node's memory for indexing", () => {
  const words =
    "rejected execution of coordinating operation [coordinating_operation_bytes=9, max_coordinating_bytes=2000]";
  const error = { type: "es_rejected_execution_exception", reason: words };
  const tooMuch = { create: { status: 429, error } };

  test.each([
    ["split", of(2, 1001)],
    ["retry", of(2, 1000)],
    ["split", of(1, 2001)],
    ["retry", of(1, 2000)],
  ])("whole: %s of %j", (kind, sent) => {
    expect(sendResult(answer(429, { error }), sent, tell)).toMatchObject({ kind, reason: { code: error.type } });
  });

  test("item by item: split while none gets in", () => {
    const none = answer(200, { errors: true, items: [tooMuch, tooMuch] });
    expect(sendResult(none, of(2, 1001), tell)).toMatchObject({ kind: "split", reason: { code: error.type } });
    expect(sendResult(none, of(2, 1000), tell)).toMatchObject({ kind: "each" });
    const some = answer(200, { errors: true, items: [tooMuch, { create: { status: 201 } }] });
    expect(sendResult(some, of(2, 1001), tell)).toMatchObject({ kind: "each", outcomes: [{ kind: "retry" }, {}] });
  });
});

describe("whether what is to be sent again may have been taken", () => {
  test.each([
    ["RESET", true],
    ["TIMEOUT", true],
    ["NETWORK", true],
    ["ABORTED", true],
    ["ECONNREFUSED", undefined],
    ["DNS", undefined],
  ])("no answer, %s: %s", (code, unsure) => {
    const failure = { kind: "failure", code, message: "gone", lasting: false } as const;
    expect(sendResult(failure, of(1), tell)).toEqual({
      kind: "retry",
      reason: { code, message: "gone" },
      ...(unsure && { unsure }),
    });
  });

  test.each([
    [429, undefined],
    [408, true],
    [500, true],
    [502, true],
    [503, true],
    [504, true],
  ])("%i, whole or of an item: %s", (status, unsure) => {
    expect(sendResult(answer(status, ""), of(1), tell)).toHaveProperty("kind", "retry");
    expect((sendResult(answer(status, ""), of(1), tell) as { unsure?: boolean }).unsure).toBe(unsure);
    const outcome = item(status, "timeout_exception");
    expect(outcome.kind === "retry" && outcome.unsure).toBe(unsure);
  });
});

describe("a failure store", () => {
  const used = { create: { failure_store: "used", status: 201 } };
  const words = { code: "FAILURE_STORE", status: 201 };

  test("what it took was refused, though the answer is 201", () => {
    const bulk = { errors: false, items: [{ create: { status: 201 } }, used] };
    expect(sendResult(answer(200, bulk), of(2), tell)).toMatchObject({
      kind: "each",
      outcomes: [{ kind: "delivered" }, { kind: "reject", reason: words }],
    });
  });

  test.each(["not_enabled", "failed", "not_applicable_or_unknown"])("%s: the error counts, or its absence", (word) => {
    const error = { type: "document_parsing_exception", reason: "failed to parse" };
    const bulk = {
      errors: true,
      items: [
        { create: { failure_store: word, status: 400, error } },
        { create: { failure_store: word, status: 201 } },
      ],
    };
    expect(sendResult(answer(200, bulk), of(2), tell)).toMatchObject({
      outcomes: [{ kind: "reject", reason: { code: "document_parsing_exception" } }, { kind: "delivered" }],
    });
  });
});

test("OpenSearch's cause in place of its bare words", () => {
  const error = { type: "mapper_parsing_exception", reason: "failed to parse", caused_by: { reason: "empty name" } };
  const result = sendResult(answer(200, { errors: true, items: [{ create: { status: 400, error } }] }), of(1), tell);
  expect(result).toMatchObject({ outcomes: [{ reason: { message: "failed to parse: empty name" } }] });
});

test.each([
  [false, "retry"],
  [true, "unavailable"],
])("no answer, lasting: %s → %s", (lasting, kind) => {
  const result = sendResult({ kind: "failure", code: "RESET", message: "gone", lasting }, of(1), tell);
  expect(result).toEqual({ kind, reason: { code: "RESET", message: "gone" }, ...(lasting ? {} : { unsure: true }) });
});
