import {
  asSluiceError,
  ConfigError,
  type ConfigIssue,
  type Copying,
  type Pipeline,
  type SinkConfig,
} from "@sluice/core";
import type { Loaded } from "../adapters.ts";
import { type Command, type Context, type ExitCode, parseArguments, textFlag, UsageError } from "../command.ts";
import { isConfigError } from "../config-error.ts";
import { columns } from "../output/table.ts";
import { plural, printable, printableWhole } from "../output/text.ts";

const HELP = `sluice check [--config F] [--connect] [--json]

Says what is wrong in a config: which file, which key, what was expected there and what was found.

  --config F  as for run
  --connect   also resolves secrets and reaches each sink; writes nothing
  --json      one line of JSON on standard output

Exit code: 0, 2 when the config is wrong, 1 when something can't be reached.
`;

/** What is known of a config in the end; with --json, what is printed. */
interface Report {
  readonly config: string;
  readonly ok: boolean;
  readonly issues: readonly (ConfigIssue & { readonly file: string })[];
  /** Faults of a config that have no place in it: not there, not readable. */
  readonly errors: readonly { readonly code: string; readonly message: string }[];
  readonly unreachable: readonly { readonly sink: string; readonly code: string; readonly message: string }[];
  readonly warnings: readonly string[];
  /** Sinks that take over whole objects. */
  readonly copying: readonly Copying[];
}

export const check: Command = {
  name: "check",
  summary: "say what is wrong in a config, and what can't be reached",
  help: HELP,
  async execute(argv, context) {
    const args = parseArguments(argv, {
      config: { type: "string" },
      connect: { type: "boolean" },
      json: { type: "boolean" },
    });
    if (args.positionals.length > 0) throw new UsageError(`expected no paths, got ${args.positionals[0]}; --config F?`);
    const reference = textFlag(args, "config");
    const { report, loaded } = await examine(reference, args.flags.connect === true, context);
    if (args.flags.json === true) context.terminal.out(`${JSON.stringify(report)}\n`);
    else print(report, loaded, args.flags.connect === true, context);
    return exitCode(report);
  },
};

interface Examined {
  readonly report: Report;
  readonly loaded?: Loaded;
}

async function examine(reference: string | undefined, connect: boolean, context: Context): Promise<Examined> {
  let pipeline: Pipeline | undefined;
  try {
    const loaded = await context.adapters.load(reference);
    pipeline = context.adapters.open(loaded, {});
    const troubles = await pipeline.check({ connect });
    const unreachable = troubles.map(({ sink, reason }) => ({ sink, code: reason.code, message: reason.message }));
    const warnings = await warningsOf(loaded, context);
    const ok = unreachable.length === 0;
    const copying = await pipeline.copying();
    return { report: { config: loaded.name, ok, issues: [], errors: [], unreachable, warnings, copying }, loaded };
  } catch (error) {
    const known = asSluiceError(error);
    if (!isConfigError(known)) throw error;
    const issues = known instanceof ConfigError ? known.issues.map((issue) => ({ file: known.file, ...issue })) : [];
    const errors = issues.length > 0 ? [] : [{ code: known.code, message: known.message }];
    const none = { unreachable: [], warnings: [], copying: [] };
    return { report: { config: reference ?? "", ok: false, issues, errors, ...none } };
  } finally {
    await pipeline?.close();
  }
}

/** What isn't wrong, but should be known before it matters. */
async function warningsOf(loaded: Loaded, context: Context): Promise<string[]> {
  const warnings: string[] = [];
  if (!loaded.found) warnings.push("there is no config: records go to standard output");
  for (const [name, sink] of Object.entries(loaded.config.sinks)) {
    const dedupes = await dedupesOf(name, sink, loaded, context);
    if (dedupes === "never")
      warnings.push(
        `sinks.${name}: ${sink.type} can't tell a record it already has: what is delivered again is there twice`,
      );
    if (dedupes === "within-index")
      warnings.push(
        `sinks.${name}: a record is known only within one index: after a rollover, what is delivered again is there twice`,
      );
    if (!sink.required)
      warnings.push(`sinks.${name}: required is false: what it doesn't take is dropped, with a count`);
  }
  if (loaded.config.deadLetter === undefined)
    warnings.push("deadLetter: none: a record that a sink refuses fails the message it came in");
  if (loaded.found)
    warnings.push(
      "triggers without a queue (S3, SNS, EventBridge, CloudWatch Logs straight to the function): Lambda gives up after two retries; put an SQS queue in between",
    );
  return warnings;
}

/** By a sink made for the purpose, its secrets unresolved; undefined where it can't be made so. */
async function dedupesOf(name: string, sink: SinkConfig, loaded: Loaded, { adapters, cwd }: Context) {
  const { type, required: _required, limits: _limits, retry: _retry, ...options } = sink;
  try {
    const definition = await adapters.catalog(loaded)(type);
    const made = await definition?.create(definition.options.parse(options) as never, {
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

function exitCode({ issues, errors, unreachable }: Report): ExitCode {
  if (issues.length > 0 || errors.length > 0) return 2;
  return unreachable.length > 0 ? 1 : 0;
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
  terminal.out(`${printable(loaded.name)}: ${plural(sinks.length, "sink")}\n${columns(rows).join("\n")}\n`);
}
