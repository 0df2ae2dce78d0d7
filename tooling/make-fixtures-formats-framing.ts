import { Buffer } from "node:buffer";

// The same records cut in other ways than one a line: what Firehose makes of records without line ends, what people's tools
// write, and UTF-16.

const orders = [
  { time: "2026-11-03T09:05:00.123Z", message: "order paid", order: 4711, customer: { name: 'Grün & "Söhne"' } },
  { time: "2026-11-03T09:05:01Z", message: "order sent {not}", items: [{ sku: "a[1]" }, { sku: "}" }] },
  { time: "2026-11-03T09:05:02Z", message: "order \\ returned", note: "over\ntwo lines 😀" },
];
const [paid, sent, returned] = orders.map((order) => JSON.stringify(order)) as [string, string, string];

const management = (action: string, second: number): string =>
  JSON.stringify({
    eventVersion: "1.11",
    userIdentity: { type: "AWSService", invokedBy: "ec2.amazonaws.com" },
    eventTime: `2026-11-03T09:05:0${second}Z`,
    eventSource: "sts.amazonaws.com",
    eventName: action,
    awsRegion: "eu-west-1",
    sourceIPAddress: "ec2.amazonaws.com",
    userAgent: "ec2.amazonaws.com",
    requestParameters: null,
    responseElements: null,
    eventID: `3f2504e0-4f89-41d3-9a0c-0305e82c330${second}`,
    eventType: "AwsApiCall",
    recipientAccountId: "123456789012",
  });

const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, "utf16le");

/** Path in fixtures/formats → content. */
export const framingFixtures: Readonly<Record<string, string | Uint8Array>> = {
  "json/firehose.log": `${paid}${sent}\n${returned}`,
  "json/pretty.log": orders.map((order) => `${JSON.stringify(order, null, 2)}\r\n`).join(""),
  "json/array.log": `[\n  ${paid},\n  ${sent},\n\n  ${returned}\n]\n`,
  "json/separators.log": [paid, sent, returned].map((text) => `\x1e${text}\n`).join(""),
  "json/damaged.log": `${paid}${sent.slice(0, -1)}]\n${returned}\nand a line that is none\n`,
  "json/utf16le.log": utf16(`${paid}\r\n${sent}\r\n${returned}\r\n`),
  "raw/utf16be.log": utf16("plain\r\n\r\nwith 😀, grün and half \ud83d a pair\nlast").swap16(),
  "cloudtrail/firehose.log": management("AssumeRole", 1) + management("GetCallerIdentity", 2),
};
