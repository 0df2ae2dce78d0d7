// Stands in for the C++ addon by which aws-lambda-ric talks to the Runtime API, and which would have to be
// compiled on every machine that installs it. Same three functions, same results, over node:http.
const http = require("node:http");

const [hostname, port] = (process.env.AWS_LAMBDA_RUNTIME_API ?? "").split(":");
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const INVOCATION = "/2018-06-01/runtime/invocation";

function call(method, path, headers, body) {
  return new Promise((resolve, reject) => {
    const request = http.request({ hostname, port, agent, method, path, headers }, (response) => {
      const chunks = [];
      response.on("error", reject);
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve({ bodyJson: Buffer.concat(chunks).toString(), headers: response.headers }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

let posted = Promise.resolve();

/** The addon posts synchronously; here the next request for work waits for it. Like the addon, it ignores failures. */
function post(path, headers, body) {
  posted = call("POST", path, { "content-type": "application/json", ...headers }, body).catch(() => {});
}

exports.next = async () => {
  await posted;
  const { bodyJson, headers } = await call("GET", `${INVOCATION}/next`);
  return {
    bodyJson,
    headers: { ...headers, "lambda-runtime-deadline-ms": Number(headers["lambda-runtime-deadline-ms"]) },
  };
};

exports.done = (id, body) => post(`${INVOCATION}/${id}/response`, {}, body);

exports.error = (id, body, xray) => {
  const { errorType } = JSON.parse(body);
  // An HTTP header holds no line breaks and no characters beyond Latin-1.
  const cause =
    Buffer.byteLength(xray) < 1024 * 1024 ? { "lambda-runtime-function-xray-error-cause": ascii(xray) } : {};
  post(`${INVOCATION}/${id}/error`, { "lambda-runtime-function-error-type": ascii(errorType), ...cause }, body);
};

function ascii(text) {
  return String(text).replace(/[^\x20-\x7e]/g, "?");
}
