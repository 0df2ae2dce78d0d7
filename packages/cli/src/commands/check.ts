import {
  asSluiceError,
  ConfigError,
  type ConfigIssue,
  type Copying,
  type Pipeline,
  type Sink,
  type SinkConfig,
  sinkOptions,
} from "@sluice/core";
import type { Finding, Loaded } from "../adapters.ts";
import { limitLines, limitWarnings, type ResumeLimits, resumeLimits } from "../check/resume-limits.ts";
import { type Command, type Context, type ExitCode, parseArguments, textFlag, UsageError } from "../command.ts";
import { isConfigError } from "../config-error.ts";
import { columns } from "../output/table.ts";
import { plural, printable, printableWhole } from "../output/text.ts";

const HELP = `sluice check [--config F] [--connect [--function NAME]] [--json]

Says what is wrong in a config: which file, which key, what was expected there and what was found.

  --config F       as for run
  --connect        also resolves secrets and reaches each sink, and the queue and bucket
                   of continuation; writes nothing
  --function NAME  the function that reads continuation.queue: whether Lambda lets it go on, and its timeout and
                   memory, by which it is said how large an object may be that can't be gone on with in the
                   middle; else SLUICE_FUNCTION_NAME, AWS_LAMBDA_FUNCTION_NAME
  --json           one line of JSON on standard output

Exit code: 0, 2 when the config is wrong, 1 when something can't be reached or isn't safe.
`;

/** What is known of a config in the end; with --json, what is printed. */
interface Report {
  readonly config: string;
  readonly ok: boolean;
  readonly issues: readonly (ConfigIssue & { readonly file: string })[];
  /** Faults of a config that have no place in it: not there, not readable. */
  readonly errors: readonly { readonly code: string; readonly message: string }[];
  readonly unreachable: readonly { readonly sink: string; readonly code: string; readonly message: string }[];
  /** Of `continuation`, with --connect: what was reached, and how that went. */
  readonly reached: readonly Finding[];
  readonly warnings: readonly string[];
  /** Sinks that take over whole objects. */
  readonly copying: readonly Copying[];
  /** Missing where the config is wrong. */
  readonly resumeLimits?: ResumeLimits;
}

export const check: Command = {
  name: "check",
  summary: "say what is wrong in a config, and what can't be reached",
  help: HELP,
  async execute(argv, context) {
    const args = parseArguments(argv, {
      values: ["config", "function"],
      switches: ["connect", "json"],
    });
    if (args.positionals.length > 0) throw new UsageError(`expected no paths, got ${args.positionals[0]}; --config F?`);
    const reference = textFlag(args, "config");
    const connect = args.flags.connect === true;
    const functionName = textFlag(args, "function");
    if (functionName !== undefined && !connect) throw new UsageError("--function goes with --connect");
    const { report, loaded } = await examine(reference, { connect, functionName }, context);
    if (args.flags.json === true) context.terminal.out(`${JSON.stringify(report)}\n`);
    else print(report, loaded, connect, context);
    return exitCode(report);
  },
};

interface Examined {
  readonly report: Report;
  readonly loaded?: Loaded;
}

interface Wishes {
  readonly connect: boolean;
  readonly functionName: string | undefined;
}

async function examine(reference: string | undefined, wishes: Wishes, context: Context): Promise<Examined> {
  const { connect, functionName } = wishes;
  let pipeline: Pipeline | undefined;
  try {
    const loaded = await context.adapters.load(reference);
    pipeline = context.adapters.open(loaded, {});
    const checks = await pipeline.check({ connect });
    const troubles = checks.filter(({ isCaveat }) => isCaveat !== true);
    const unreachable = troubles.map(({ sink, reason }) => ({ sink, code: reason.code, message: reason.message }));
    const caveats = checks.filter(({ isCaveat }) => isCaveat === true);
    const reached = connect ? await context.adapters.reachContinuation(loaded, functionName) : [];
    const { found: limits, warnings: ofFunction } = await limitsOf(loaded, wishes, context);
    const warnings = [
      ...(await warningsOf(loaded, context)),
      ...caveats.map(({ sink, reason }) => `sinks.${sink}: ${reason.message}`),
      ...continuationWarnings(loaded, reached),
      ...ofFunction,
      ...limitWarnings(limits, loaded.config),
    ];
    const ok = unreachable.length === 0 && !hasTrouble(reached);
    const copying = await pipeline.copying();
    const found = { unreachable, reached, warnings, copying, resumeLimits: limits };
    return { report: { config: loaded.name, ok, issues: [], errors: [], ...found }, loaded };
  } catch (error) {
    const known = asSluiceError(error);
    if (!isConfigError(known)) throw error;
    const issues = known instanceof ConfigError ? known.issues.map((issue) => ({ file: known.file, ...issue })) : [];
    const errors = issues.length > 0 ? [] : [{ code: known.code, message: known.message }];
    const none = { unreachable: [], reached: [], warnings: [], copying: [] };
    return { report: { config: reference ?? "", ok: false, issues, errors, ...none } };
  } finally {
    await pipeline?.close();
  }
}

/** By the function's own timeout and memory, where they are asked for and told. */
async function limitsOf(loaded: Loaded, { connect, functionName }: Wishes, { adapters }: Context) {
  try {
    const asked = connect ? await adapters.functionSize(loaded, functionName) : undefined;
    return { found: resumeLimits(asked?.name, asked), warnings: [] };
  } catch (error) {
    const { name, message } = error as Error;
    const why = `${name}: ${message} (this asks for lambda:GetFunctionConfiguration)`;
    return {
      found: resumeLimits(undefined, undefined),
      warnings: [`function: its timeout and memory aren't known: ${why}`],
    };
  }
}

/** What isn't wrong, but should be known before it matters. */
async function warningsOf(loaded: Loaded, context: Context): Promise<string[]> {
  const warnings: string[] = [];
  if (!loaded.found) warnings.push("there is no config: records go to standard output");
  for (const [name, sink] of Object.entries(loaded.config.sinks)) {
    const doubles = doublingOf(sink, await dedupesOf(name, sink, loaded, context));
    if (doubles !== undefined) warnings.push(`sinks.${name}: ${doubles}`);
    if (!sink.required)
      warnings.push(`sinks.${name}: required is false: what it doesn't take is dropped, with a count`);
  }
  if (loaded.config.deadLetter === undefined)
    warnings.push("deadLetter: none: a record that a sink refuses fails the message it came in");
  return warnings;
}

/** When a record may be there twice; undefined: never. */
function doublingOf({ type }: SinkConfig, dedupes: Sink["dedupes"] | undefined): string | undefined {
  switch (dedupes) {
    case "never":
      return `${type} can't tell a record it already has: what is delivered again is there twice`;
    case "within-index":
      return "a record is known only within one index: after a rollover, what is delivered again is there twice";
    case "within-object":
      return "objects take each other's place: what is delivered again after the config changed what goes into one, or its name, is there twice";
    default:
      return undefined;
  }
}

function continuationWarnings({ config: { continuation }, found }: Loaded, reached: readonly Finding[]): string[] {
  if (!found) return [];
  if (continuation === undefined)
    return [
      "continuation: none: an object that isn't done within the function's timeout starts anew each time; and what comes without a queue (S3, SNS, EventBridge, CloudWatch Logs straight to the function) is lost where Lambda gives up, after two retries within minutes",
    ];
  const warnings = reached.flatMap(({ key, warnings }) => warnings.map((warning) => `${key}: ${warning}`));
  if (continuation.claims === undefined)
    warnings.push(
      "continuation.claims: none: what is too large for a message can't be handed over, and its unit fails",
    );
  if (!reached.some(({ type }) => type === "lambda"))
    warnings.push(
      "continuation: whether Lambda lets the function go on (RecursiveLoop: Allow) wasn't checked: sluice check --connect --function NAME",
    );
  return warnings;
}

function hasTrouble(reached: readonly Finding[]): boolean {
  return reached.some(({ trouble }) => trouble !== undefined);
}

/** By a sink made for the purpose, its secrets unresolved; undefined where it can't be made so. */
async function dedupesOf(
  name: string,
  sink: SinkConfig,
  loaded: Loaded,
  { adapters, cwd }: Context,
): Promise<Sink["dedupes"] | undefined> {
  try {
    const definition = await adapters.catalog(loaded)(sink.type);
    const made = await definition?.create(definition.options.parse(sinkOptions(sink)) as never, {
      name,
      baseDir: cwd,
      logger: { log: () => {} },
    });
    await made?.close?.();
    return made?.dedupes;
  } catch {
    return undefined;
  }
}

function exitCode({ issues, errors, ok }: Report): ExitCode {
  if (issues.length > 0 || errors.length > 0) return 2;
  return ok ? 0 : 1;
}

function copyingOf(name: string, { copying }: Report): string {
  const found = copying.find(({ sink }) => sink === name);
  if (found === undefined) return "";
  return `; copies whole gzip objects of lines${found.always ? "" : " that neither steps nor routes have to look into"}`;
}

function print(report: Report, loaded: Loaded | undefined, connect: boolean, { terminal }: Context): void {
  for (const { file, path, expected, got } of report.issues)
    terminal.err(`${[file, path, `expected ${expected}, got ${got}`].map(printableWhole).join(": ")}\n`);
  for (const { code, message } of report.errors) terminal.err(`${code}: ${printableWhole(message)}\n`);
  for (const warning of report.warnings) terminal.err(`warning: ${printableWhole(warning)}\n`);
  if (loaded === undefined) return;
  const sinks = Object.entries(loaded.config.sinks);
  const rows = sinks.map(([name, { type }]) => {
    const trouble = report.unreachable.find(({ sink }) => sink === name);
    const state = trouble === undefined ? (connect ? "ok" : "valid") : `${trouble.code}: ${trouble.message}`;
    return [printable(name), printable(type), printable(state) + copyingOf(name, report)];
  });
  for (const { key, type, state, trouble } of report.reached) {
    const words =
      trouble === undefined ? `ok${state === undefined ? "" : `: ${state}`}` : `${trouble.code}: ${trouble.message}`;
    rows.push([printable(key), type, printableWhole(words)]);
  }
  terminal.out(`${printable(loaded.name)}: ${plural(sinks.length, "sink")}\n${columns(rows).join("\n")}\n`);
  if (report.resumeLimits !== undefined) terminal.out(printableLines(limitLines(report.resumeLimits, loaded.config)));
}

function printableLines(text: string): string {
  return text.split("\n").map(printableWhole).join("\n");
}
