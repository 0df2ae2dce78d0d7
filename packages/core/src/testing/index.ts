export { sinkContract } from "./contract.ts";
export { testCopy } from "./copy-cases.ts";
export { encodeBatch, type TestBatch } from "./encode-batch.ts";
export { type FakeClock, fakeClock } from "./fake-clock.ts";
export { type Answer, type Answers, type FakeRequest, type FakeServer, fakeServer } from "./fake-server.ts";
export type { ContractCase, CopyHarness, NetworkHarness, SinkHarness } from "./harness.ts";
export { sendCall } from "./subject.ts";
export { COMMON_TABLE, type Expected, type Row, TABLE_RECORDS } from "./table.ts";
export { type TestRecord, testRecord } from "./test-record.ts";
