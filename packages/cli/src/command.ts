import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { didYouMean } from "@sluice/core";
import type { Adapters } from "./adapters.ts";

/** Where a command's words go. `out` is for what was asked for, `err` for everything said to people. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  readonly outIsTty: boolean;
  readonly errIsTty: boolean;
  /** Aborted when nobody reads `out` any more (`| head`). */
  readonly outGone: AbortSignal;
  /** Characters in a line of `err`. */
  columns(): number;
}

/** What a command may touch of the world. */
export interface Context {
  readonly terminal: Terminal;
  readonly adapters: Adapters;
  /** Relative paths start here. */
  readonly cwd: string;
  /** Aborted when the user asks to stop (SIGINT, SIGTERM). */
  readonly stop: AbortSignal;
  /** All of standard input, for a path given as "-". */
  readStdin(): Promise<string>;
}

/** 0: nothing failed or was dead-lettered. 1: something was. 2: bad usage or config. */
export type ExitCode = 0 | 1 | 2;

export interface Command {
  readonly name: string;
  /** What it does, in a line of `sluice --help`. */
  readonly summary: string;
  /** Its own `--help`. */
  readonly help: string;
  /** What it says on stderr is log lines only. */
  readonly logs?: true;
  execute(argv: readonly string[], context: Context): Promise<ExitCode>;
}

/** The command line itself is wrong: exit 2, and the message names the flag or path. */
export class UsageError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "UsageError";
  }
}

export interface Arguments {
  readonly flags: Readonly<Record<string, string | boolean | undefined>>;
  readonly positionals: readonly string[];
}

/** Names of a command's flags. */
export interface Flags {
  /** With a value. */
  readonly values?: readonly string[];
  /** Without. */
  readonly switches?: readonly string[];
}

/** Flags may be given once each; anything unknown is a UsageError, and so is an empty value or path (an unset shell variable). */
export function parseArguments(argv: readonly string[], { values: texts = [], switches = [] }: Flags): Arguments {
  const options: ParseArgsOptionsConfig = {
    ...Object.fromEntries(texts.map((name) => [name, { type: "string" }])),
    ...Object.fromEntries(switches.map((name) => [name, { type: "boolean" }])),
  };
  try {
    const { values, positionals, tokens } = parseArgs({
      args: [...argv],
      options,
      allowPositionals: true,
      strict: true,
      tokens: true,
    });
    const named = tokens.filter((token) => token.kind === "option").map((token) => token.name);
    const twice = named.find((name, i) => named.indexOf(name) !== i);
    if (twice !== undefined) throw new UsageError(`--${twice} is given more than once`);
    const empty = Object.entries(values).find(([, value]) => value === "");
    if (empty !== undefined) throw new UsageError(`--${empty[0]} is empty`);
    if (positionals.includes("")) throw new UsageError("a path is empty: expected . for the working directory");
    return { flags: values as Arguments["flags"], positionals };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const [message = ""] = (error as Error).message.split(". To specify");
    const [, flag = ""] = /^Unknown option '--([^']+)'/.exec(message) ?? [];
    throw new UsageError(message + didYouMean(flag, Object.keys(options)), { cause: error });
  }
}

/** A flag with a value; undefined when it isn't given. */
export function textFlag({ flags }: Arguments, name: string): string | undefined {
  const value = flags[name];
  return typeof value === "string" ? value : undefined;
}
