import { type InvokeResult, type LambdaFunction, startLambda } from "../../tooling/engines/lambda-runtime.ts";
import type { FaultyProxy } from "./proxy/proxy.ts";

export interface EnvironmentOptions {
  readonly number: number;
  readonly taskRoot: string;
  readonly search: FaultyProxy;
  readonly aws: FaultyProxy;
  /** Milliseconds since the epoch, as its deadlines are told. */
  now(): number;
  /** Asked at each start. */
  variables(environment: Environment): Readonly<Record<string, string>>;
}

/** A start that takes too long on a busy machine is made again, as the service would. */
const STARTS = 3;

/** What a service sees of a function that was killed. */
export const KILLED: InvokeResult = { errorType: "Runtime.ExitError", durationMs: 0 };

/** A place for one execution environment at a time: kept warm, started anew when it is gone. */
export class Environment {
  readonly number: number;
  readonly search: FaultyProxy;
  readonly aws: FaultyProxy;
  readonly #options: EnvironmentOptions;
  #function: Promise<LambdaFunction> | undefined;
  #running: LambdaFunction | undefined;
  #isOutdated = false;
  #isFrozen = false;
  #logs = "";
  #failedStarts = 0;

  constructor(options: EnvironmentOptions) {
    this.number = options.number;
    this.search = options.search;
    this.aws = options.aws;
    this.#options = options;
  }

  start(): Promise<LambdaFunction> {
    this.#function ??= this.#start();
    return this.#function;
  }

  async invoke(event: object, timeoutMs: number): Promise<InvokeResult> {
    if (this.#isOutdated) await this.replace();
    this.#isOutdated = false;
    const started = await this.#startOrNot();
    if (started === undefined) return KILLED;
    this.#running = started;
    const result = await started.invoke(event, timeoutMs);
    this.#running = undefined;
    const isGone = result.timedOut === true || result.errorType === KILLED.errorType;
    if (isGone || this.#isFrozen) await this.#forget(started);
    this.#isFrozen = false;
    return result;
  }

  /** kill -9, with whatever it is at; false when it is at nothing. */
  kill(): boolean {
    this.#running?.signal("SIGKILL");
    return this.#running !== undefined;
  }

  /** Stops in the middle of whatever it is at, and doesn't go on: its timeout ends it. */
  freeze(): void {
    this.#running?.signal("SIGSTOP");
    this.#isFrozen = this.#running !== undefined;
  }

  /** The next invocation gets a new one. */
  renewNext(): void {
    this.#isOutdated = true;
  }

  async replace(): Promise<void> {
    const started = await this.#function;
    if (started === undefined) return;
    started.signal("SIGKILL");
    await this.#forget(started);
  }

  /** All that its functions wrote. */
  async logs(): Promise<string> {
    return this.#logs + ((await this.#function)?.logs() ?? "");
  }

  async stop(): Promise<void> {
    await this.replace();
    this.search.close();
    this.aws.close();
  }

  /** Undefined: it didn't come up. */
  async #startOrNot(): Promise<LambdaFunction | undefined> {
    try {
      const started = await this.start();
      this.#failedStarts = 0;
      return started;
    } catch (error) {
      this.#function = undefined;
      this.#failedStarts += 1;
      if (this.#failedStarts === STARTS) throw error;
      return undefined;
    }
  }

  #start(): Promise<LambdaFunction> {
    return startLambda({
      taskRoot: this.#options.taskRoot,
      handler: "index.handler",
      now: this.#options.now,
      env: { ...this.#options.variables(this), AWS_ENDPOINT_URL: this.aws.url },
    });
  }

  async #forget(started: LambdaFunction): Promise<void> {
    this.#function = undefined;
    this.#logs += started.logs();
    started.signal("SIGKILL");
    await started.stop();
  }
}
