import type { CopyResult, Sink } from "../ports/sink.ts";
import type { RecordView } from "../record/record.ts";
import type { Answer, FakeRequest, FakeServer } from "./fake-server.ts";
import type { Expected, Row } from "./table.ts";

/** One named case: `for (const { name, run } of sinkContract(harness)) test(name, run)`. Works with any test runner. */
export interface ContractCase {
  readonly name: string;
  run(): Promise<void>;
}

/** What is said about a sink so that the contract can be run against it. Every exception carries a reason. */
export interface SinkHarness {
  readonly name: string;
  /** A new sink, pointed to the fake server when there is one (else `url` is ""). Called once per case. */
  create(setup: { readonly url: string; readonly requestTimeoutMs: number }): Sink | Promise<Sink>;
  /** Missing: the encoder alone and closing are tried (stdout, files). */
  readonly network?: NetworkHarness | undefined;
  /** Records that `encode` must refuse. */
  readonly rejected?: readonly RecordView[];
  /** Message inside the JSON document that `document()` gives. Default: its `message`. */
  messageOf?(document: unknown): unknown;
  /** Why dead letters of this sink hold no JSON document. */
  readonly noDocument?: string;
}

export interface NetworkHarness {
  /** `(answers) => fakeServer(createServer, answers)` with `createServer` of node:http. */
  serve(answers: readonly Answer[]): Promise<FakeServer>;
  /** Every record taken. */
  readonly success: Answer;
  /** The sink's own rows: its protocol's errors by type, answers by record. */
  readonly rows?: readonly Row[];
  /** Rows of the common table that come out otherwise for this sink. */
  readonly exceptions?: Readonly<Record<string, { readonly result: Expected; readonly why: string }>>;
  /** Messages of the records in one request as the server got it, in order. */
  received(request: FakeRequest): readonly string[];
  /** Values that the sink was made with and that must never be told. */
  readonly secrets: readonly string[];
  /** What a healthy server says to `probe`. Missing: the sink has none. */
  readonly probed?: Answer;
  /** True for requests that write nothing although they are neither GET, HEAD nor OPTIONS. */
  probes?(request: FakeRequest): boolean;
  /** Why a connection isn't used again after an error. */
  readonly noKeepAlive?: string;
  /** Of a sink with `copyObject`. Missing: it has none. */
  readonly copies?: CopyHarness;
}

export interface CopyHarness {
  /** The object was taken. */
  readonly success: Answer;
  /** Beside the common table, of which what is neither retried nor unauthorized is refused. */
  readonly rows?: readonly {
    readonly name: string;
    readonly answer: Answer;
    readonly result: CopyResult["kind"];
    readonly of?: "object" | "bucket";
  }[];
}
