import { ByteWriter, encodeDocument, type RecordView } from "@sluice/core";
import { testRecord } from "@sluice/core/testing";
import { expect, test } from "vitest";
import { createEncoder, documentOf } from "./encode.ts";
import { DEFAULT_TARGET, Target } from "./target.ts";

const key = `1${"ab".repeat(16)}`;

function encoded(target: string, records: readonly RecordView[]): string {
  const encode = createEncoder(new Target(target));
  const out = new ByteWriter();
  for (const record of records) expect(encode(record, out)).toBeUndefined();
  return out.view().toString();
}

function documentText(record: RecordView): string {
  const out = new ByteWriter();
  encodeDocument(record, out);
  return out.view().toString();
}

test("an action line and the document, byte for byte", () => {
  const record = testRecord({ message: 'say "hi"', dataset: "aws.elb_logs", idKey: key, start: 10 });
  expect(encoded(DEFAULT_TARGET, [record])).toBe(
    `{"create":{"_index":"logs-aws.elb_logs-default","_id":"${key}-10-18"}}\n${documentText(record)}\n`,
  );
  expect(documentText(record)).toContain(
    '"data_stream":{"type":"logs","dataset":"aws.elb_logs","namespace":"default"}',
  );
});

test("an output of a transform has its own id", () => {
  expect(encoded("app", [testRecord({ idKey: key, part: 2 })])).toContain(`"_id":"${key}-0-6.2"`);
});

test("the index follows dataset, namespace and hour from record to record", () => {
  const at = (hour: number, minute: number): number => Date.UTC(2026, 0, 1, hour, minute);
  const records = [
    testRecord({ timestamp: at(0, 59) }),
    testRecord({ timestamp: at(1, 0) }),
    testRecord({ timestamp: at(0, 1) }),
    testRecord({ timestamp: at(0, 1), dataset: "other" }),
    testRecord({ timestamp: at(0, 1), dataset: "other", namespace: "prod" }),
  ];
  const indices = encoded("{dataset}-{namespace}-{HH}", records).matchAll(/"_index":"([^"]*)"/g);
  expect([...indices].map((match) => match[1])).toEqual([
    "generic-default-00",
    "generic-default-01",
    "generic-default-00",
    "other-default-00",
    "other-prod-00",
  ]);
});

test("more indices than are kept ready", () => {
  const records = Array.from({ length: 3000 }, (_, i) => testRecord({ dataset: `set${i % 1500}` }));
  const text = encoded("{dataset}", records);
  expect(text.match(/"_index"/g)).toHaveLength(3000);
  expect(text.split("\n").at(-3)).toContain('"_index":"set1499"');
});

test("the document for dead letters is the second line", () => {
  const record = testRecord({ message: "one\ntwo" });
  expect(Buffer.from(documentOf(Buffer.from(encoded("app", [record])))).toString()).toBe(documentText(record));
});
