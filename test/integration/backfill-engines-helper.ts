import { once } from "node:events";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";

const REGION = "eu-west-1";

/** Step Functions of the local AWS, by its JSON protocol: its client would be needed nowhere else. */
export class StateMachines {
  readonly #endpoint: string;

  constructor(endpoint: string) {
    this.#endpoint = endpoint;
  }

  async create(name: string, definition: object): Promise<string> {
    const roleArn = "arn:aws:iam::000000000000:role/acme-backfill";
    const { stateMachineArn } = await this.#call("CreateStateMachine", {
      name,
      roleArn,
      definition: JSON.stringify(definition),
    });
    return stateMachineArn as string;
  }

  async start(stateMachineArn: string, input: object): Promise<string> {
    const { executionArn } = await this.#call("StartExecution", { stateMachineArn, input: JSON.stringify(input) });
    return executionArn as string;
  }

  async describe(executionArn: string): Promise<Execution> {
    return (await this.#call("DescribeExecution", { executionArn })) as unknown as Execution;
  }

  /** The only map run of an execution, and the child executions of it. */
  async mapRun(executionArn: string): Promise<{ readonly counts: Counts; readonly children: readonly Execution[] }> {
    const { mapRuns } = await this.#call("ListMapRuns", { executionArn });
    const [{ mapRunArn }] = mapRuns as [{ mapRunArn: string }];
    const { itemCounts } = await this.#call("DescribeMapRun", { mapRunArn });
    const { executions } = await this.#call("ListExecutions", { mapRunArn });
    const children = (executions as Execution[]).map((child) => this.describe(child.executionArn));
    return { counts: itemCounts as Counts, children: await Promise.all(children) };
  }

  /** How often a task was begun. */
  async attempts(executionArn: string): Promise<number> {
    const { events } = await this.#call("GetExecutionHistory", { executionArn });
    return (events as { type: string }[]).filter(({ type }) => type === "TaskScheduled").length;
  }

  async #call(action: string, body: object): Promise<Record<string, unknown>> {
    const response = await fetch(this.#endpoint, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": `AWSStepFunctions.${action}`,
        authorization: `AWS4-HMAC-SHA256 Credential=test/20261101/${REGION}/states/aws4_request, SignedHeaders=host, Signature=0`,
      },
      body: JSON.stringify(body),
    });
    const answer = await response.text();
    if (!response.ok) throw new Error(`${action}: ${response.status} ${answer}`);
    return JSON.parse(answer);
  }
}

export interface Execution {
  readonly executionArn: string;
  readonly status: string;
  readonly input: string;
  readonly output: string | null;
  readonly error?: string;
  readonly cause?: string;
}

export interface Counts {
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
}

/** Stands before Elasticsearch and refuses the first so many bulk requests with 429, as one that is overloaded. */
export class Gate {
  refused = 0;
  readonly #server: Server;

  constructor(url: string, refusals: number) {
    const { hostname: host, port } = new URL(url);
    this.#server = createServer((incoming, outgoing) => {
      if (this.refused < refusals && incoming.url?.includes("_bulk") === true) {
        this.refused += 1;
        incoming.resume();
        outgoing.writeHead(429).end();
        return;
      }
      const { method, url: path, headers } = incoming;
      const onward = request({ host, port, method, path, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      onward.on("error", () => outgoing.destroy());
      incoming.pipe(onward);
    });
  }

  async open(): Promise<string> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
