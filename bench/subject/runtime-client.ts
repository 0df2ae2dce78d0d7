/**
 * The least that runs a handler against the Lambda Runtime API: the same for every subject. Usage: `runtime-client.mjs
 * HANDLER-FILE`. Ends on SIGTERM, so that a profile is written.
 */
import { Agent, type IncomingMessage, request } from "node:http";
import { buffer } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

const PATH = "/2018-06-01/runtime/invocation/";

type Handler = (event: unknown, context: object) => Promise<unknown>;

const [host = "", port = ""] = (process.env.AWS_LAMBDA_RUNTIME_API ?? "").split(":");
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

function exchange(method: string, path: string, body?: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
    request({ host, port, method, path: PATH + path, agent, headers }, resolve)
      .on("error", reject)
      .end(body);
  });
}

async function post(id: string, outcome: "response" | "error", value: unknown): Promise<void> {
  const answer = await exchange("POST", `${id}/${outcome}`, JSON.stringify(value ?? null));
  await buffer(answer);
}

async function invoke(handler: Handler): Promise<void> {
  const next = await exchange("GET", "next");
  const event: unknown = JSON.parse((await buffer(next)).toString("utf8"));
  const header = (name: string): string => String(next.headers[`lambda-runtime-${name}`] ?? "");
  const id = header("aws-request-id");
  const context = {
    awsRequestId: id,
    invokedFunctionArn: header("invoked-function-arn"),
    getRemainingTimeInMillis: () => Number(header("deadline-ms")) - Date.now(),
  };
  try {
    await post(id, "response", await handler(event, context));
  } catch (error) {
    console.error(error);
    await post(id, "error", { errorMessage: String(error) });
  }
}

process.on("SIGTERM", () => process.exit());
const { handler } = (await import(pathToFileURL(process.argv[2] ?? "").href)) as { handler: Handler };
for (;;) await invoke(handler);
