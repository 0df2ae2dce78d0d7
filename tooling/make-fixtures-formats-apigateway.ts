import { ACCOUNT } from "./make-fixtures-events.ts";

// Access logs as the examples of API Gateway's console write them, and steps of execution logs.

const REQUEST = {
  requestId: "48752d0f-c99d-4cfa-a5a7-f3c6834d19e5",
  ip: "198.51.100.7",
  caller: "-",
  user: "-",
  requestTime: "03/Nov/2026:09:05:28 +0000",
  httpMethod: "GET",
  resourcePath: "/pets/{petId}",
  status: "200",
  protocol: "HTTP/1.1",
  responseLength: "184",
};

const { resourcePath: _, ...http } = REQUEST;
const SOCKET = {
  requestId: "Iq9gwFDNoAMFo1A=",
  ip: "2001:db8::7",
  caller: "-",
  user: "ana",
  requestTime: REQUEST.requestTime,
};

const json = [
  REQUEST,
  { ...REQUEST, status: "502", responseLength: "-", stage: "prod", apiId: "a1b2c3d4e5", domainName: "api.example.com" },
  {
    ...http,
    requestId: "GQIVriFLIAMEMsA=",
    routeKey: "GET /",
    stage: "$default",
    requestTime: "03/Nov/2026:11:05:28 +0200",
  },
  { ...SOCKET, eventType: "CONNECT", routeKey: "$connect", status: "500", connectionId: "Iq8gj1UmIAMCKpA=" },
  {
    requestId: "caa4a500-2651-4476-aa1f-a639b858819b",
    sourceIp: "198.51.100.8",
    accountId: ACCOUNT,
    requestTimeEpoch: 1793696728123,
    httpMethod: "POST",
    path: "/prod/pets",
    status: 429,
    responseLength: 43,
    responseLatency: 12,
    integrationLatency: "-",
    integrationStatus: "-",
    userAgent: 'curl/8.5.0 "x"',
    xrayTraceId: "1-58337262-36d228ad5d99923122bbe354",
    errorMessage: "Too Many Requests",
    errorResponseType: "THROTTLED",
  },
];

const ID = "48752d0f-c99d-4cfa-a5a7-f3c6834d19e5 dqyLQHgrDoEFlWQ=";
const CLF = [
  `198.51.100.7 - - [03/Nov/2026:09:05:28 +0000]"GET /pets/{petId} HTTP/1.1" 200 184 ${ID}`,
  `2001:db8::7 AIDAEXAMPLE user/ana [03/Nov/2026:09:05:29 +0000] "POST /pets HTTP/1.1" 403 - ${ID}`,
  `198.51.100.7 - - [03/Nov/2026:09:05:30 +0000] "GET /pets HTTP/1.1" 200 184`,
];
const CSV = [
  `198.51.100.7,-,-,03/Nov/2026:09:05:28 +0000,GET,/pets,HTTP/1.1,200,184,${ID.replace(" ", ",")}`,
  "198.51.100.7,-,-,03/Nov/2026:09:05:28 +0000,GET,/pets,HTTP/1.1,500,-,GQIVriFLIAMEMsA=",
];
const XML = [
  '<request id="48752d0f-c99d-4cfa-a5a7-f3c6834d19e5"> <ip>198.51.100.7</ip> <caller>-</caller> <user>-</user> <requestTime>03/Nov/2026:09:05:28 +0000</requestTime> <httpMethod>GET</httpMethod> <resourcePath>/pets</resourcePath> <status>200</status> <protocol>HTTP/1.1</protocol> <responseLength>184</responseLength> </request>',
];

const REQUEST_ID = "b5c3cc0e-1111-2222-3333-444455556666";
const STEPS = [
  "Extended Request Id: dqyLQHgrDoEFlWQ=",
  "Verifying Usage Plan for request: b5c3cc0e. API Key:  API Stage: a1b2c3d4e5/prod",
  "HTTP Method: GET, Resource Path: /pets/7",
  'Method request headers: {Accept=*/*, User-Agent=curl/8.5.0 "x"}',
  "Received response. Status: 200, Integration latency: 93 ms",
  'Endpoint response body before transformations: {\n  "id": 7\n}',
  "Execution failed due to configuration error: Malformed Lambda proxy response",
  "Method completed with status: 502",
  "Gateway response type: DEFAULT_4XX with status code: 403",
];

const logs = (logGroup: string, messages: readonly string[]): string =>
  `${JSON.stringify({
    messageType: "DATA_MESSAGE",
    owner: ACCOUNT,
    logGroup,
    logStream: "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
    subscriptionFilters: ["all"],
    logEvents: messages.map((message, i) => ({ id: `3817${i}`, timestamp: 1793696750000 + i, message })),
  })}\n`;

export const apigatewayFixtures: Readonly<Record<string, string>> = {
  "apigateway-access/access.json": json.map((each) => `${JSON.stringify(each)}\n`).join(""),
  "apigateway-access/any-group.logs.json": logs(
    "acme-api-access",
    json.slice(0, 1).map((each) => JSON.stringify(each)),
  ),
  "apigateway-execution/rest.logs.json": logs("API-Gateway-Execution-Logs_a1b2c3d4e5/prod", [
    ...STEPS.map((step) => `(${REQUEST_ID}) ${step}`),
    "Cloudwatch logs enabled for API Gateway",
  ]),
  "apigateway-execution/websocket.logs.json": logs("API-Gateway-Execution-Logs_f6e5d4c3b2/production", [
    "(Iq9gwFDNoAMFo1A=) Extended Request Id: Iq9gwFDNoAMFo1A=",
  ]),
  "apigateway-text/clf.log": `${CLF.join("\n")}\n`,
  "apigateway-text/csv.log": `${CSV.join("\n")}\n`,
  "apigateway-text/xml.log": `${XML.join("\n")}\n`,
};
