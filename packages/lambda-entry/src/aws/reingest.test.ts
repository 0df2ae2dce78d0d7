import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import { fakeClock } from "@sluice/core/testing";
import { expect, onTestFinished, test } from "vitest";
import { createReingest } from "./reingest.ts";

interface Request {
  readonly target: string;
  readonly body: { readonly Records: readonly { readonly Data: string }[]; readonly [name: string]: unknown };
}

/** Answers for either service; `refuses` says which data isn't taken. */
async function service(refuses: (data: string) => boolean = () => false, { status = 200, http2 = false } = {}) {
  const requests: Request[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = JSON.parse(await textOf(request)) as Request["body"];
    requests.push({ target: String(request.headers["x-amz-target"]), body });
    const failed = body.Records.map(({ Data }) => refuses(Buffer.from(Data, "base64").toString()));
    const count = failed.filter(Boolean).length;
    const each = failed.map((no) =>
      no ? { ErrorCode: "ServiceUnavailableException" } : { RecordId: "r", SequenceNumber: "1" },
    );
    response.writeHead(status, { "content-type": "application/x-amz-json-1.1" });
    response.end(
      JSON.stringify({
        FailedPutCount: count,
        FailedRecordCount: count,
        RequestResponses: each,
        Records: each,
        Encrypted: false,
      }),
    );
  };
  // The Kinesis client speaks HTTP/2.
  const server = http2 ? createHttp2Server(answer as never) : createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  const credentials = { accessKeyId: "id", secretAccessKey: "secret" };
  return {
    requests,
    reingest: createReingest({ endpoint: `http://127.0.0.1:${port}`, credentials }, fakeClock(0, { auto: true })),
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
}

const DELIVERY = { deliveryStreamArn: "arn:aws:firehose:eu-west-1:123456789012:deliverystream/logs" };
const SOURCE = "arn:aws:kinesis:eu-west-1:123456789012:stream/in";
const { signal } = new AbortController();
const bytes = (...texts: readonly string[]): Buffer[] => texts.map((text) => Buffer.from(text));

test("into the delivery stream; says for each whether it was taken", async () => {
  const { reingest, requests } = await service((data) => data === "b");
  expect(await reingest.put(DELIVERY, bytes("a", "b", "c"), signal)).toEqual([true, false, true]);
  expect(requests.slice(0, 1)).toMatchObject([
    {
      target: "Firehose_20150804.PutRecordBatch",
      body: { DeliveryStreamName: "logs", Records: [{ Data: "YQ==" }, {}, {}] },
    },
  ]);
});

test("into the Kinesis stream that it reads from", async () => {
  const { reingest, requests } = await service((data) => data === "a", { http2: true });
  expect(await reingest.put({ ...DELIVERY, sourceKinesisStreamArn: SOURCE }, bytes("a", "b"), signal)).toEqual([
    false,
    true,
  ]);
  expect(requests.slice(0, 1)).toMatchObject([{ target: "Kinesis_20131202.PutRecords", body: { StreamARN: SOURCE } }]);
});

test("as many requests as the services' limits ask for", async () => {
  const { reingest, requests } = await service();
  const large = [
    ...new Array<Buffer>(9).fill(Buffer.alloc(900_000, "x")),
    ...bytes(...new Array<string>(501).fill("y")),
  ];
  expect(await reingest.put(DELIVERY, large, signal)).toEqual(large.map(() => true));
  expect(requests.map(({ body }) => body.Records.length)).toEqual([4, 4, 500, 2]);
});

test("what a busy stream refused is put again, and nothing else", async () => {
  const busy = ["b", "c", "c", "c"];
  const { reingest, requests } = await service((data) => {
    const i = busy.indexOf(data);
    return i >= 0 && busy.splice(i, 1).length > 0;
  });
  expect(await reingest.put(DELIVERY, bytes("a", "b", "c"), signal)).toEqual([true, true, true]);
  const put = requests.map(({ body }) => body.Records.map(({ Data }) => Buffer.from(Data, "base64").toString()));
  expect(put).toEqual([["a", "b", "c"], ["b", "c"], ["c"], ["c"]]);
});

test("a request that fails has put nothing", async () => {
  const { reingest } = await service(() => false, { status: 400 });
  expect(await reingest.put(DELIVERY, bytes("a", "b"), signal)).toEqual([false, false]);
});
