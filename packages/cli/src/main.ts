import { readFileSync } from "node:fs";
import { asSluiceError, didYouMean } from "@sluice/core";
import { type Command, type Context, type ExitCode, UsageError } from "./command.ts";
import { backfill } from "./commands/backfill.ts";
import { check } from "./commands/check.ts";

import { decode } from "./commands/decode.ts";
import { explain } from "./commands/explain.ts";
import { poll } from "./commands/poll.ts";
import { replay } from "./commands/replay.ts";
import { run } from "./commands/run.ts";
import { isConfigError } from "./config-error.ts";
import { printable, printableWhole } from "./output/text.ts";

const COMMANDS: readonly Command[] = [run, explain, decode, check, replay, backfill, poll];

const HELP = `sluice: carries AWS logs to where they are searched

${COMMANDS.map(({ name, summary }) => `  sluice ${name.padEnd(8)} ${summary}`).join("\n")}

  sluice COMMAND --help
  sluice --version
`;

const STOPPING = "\nstopping: what was read is still delivered (again: end at once)\n";

/** One command line, without the interpreter and the program's name; resolves to the exit code and never rejects. */
export async function main(argv: readonly string[], context: Context): Promise<ExitCode> {
  const command = COMMANDS.find(({ name }) => name === argv[0]);
  try {
    if (command === undefined) return general(argv, context);
    if (command.logs !== true) context.stop.addEventListener("abort", () => context.terminal.err(STOPPING));
    const rest = argv.slice(1);
    if (asksHelp(rest)) {
      context.terminal.out(command.help);
      return 0;
    }
    return await command.execute(rest, context);
  } catch (error) {
    return report(error, command, context);
  }
}

function general([first]: readonly string[], { terminal }: Context): ExitCode {
  if (first === "--version" || first === "-v") {
    terminal.out(`${version()}\n`);
    return 0;
  }
  if (first === "--help" || first === "-h" || first === "help") {
    terminal.out(HELP);
    return 0;
  }
  const names = COMMANDS.map(({ name }) => name);
  const got = first === undefined ? "nothing" : `${first}${didYouMean(first, names)}`;
  throw new UsageError(`expected one of the commands ${names.join(", ")}, got ${got}`);
}

/** `--` ends the flags: what comes after are paths. */
function asksHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  const flags = end < 0 ? argv : argv.slice(0, end);
  return flags.includes("--help") || flags.includes("-h");
}

function report(error: unknown, command: Command | undefined, { terminal }: Context): ExitCode {
  if (error instanceof UsageError) {
    const name = command === undefined ? "sluice" : `sluice ${command.name}`;
    terminal.err(`${name}: ${printableWhole(error.message)}\nsee ${name} --help\n`);
    return 2;
  }
  const known = asSluiceError(error);
  const lines = known.message
    .split("\n")
    .map((line) => `${known.code}: ${line.length > 2000 ? printable(line) : printableWhole(line)}`);
  terminal.err(`${lines.join("\n")}\n`);
  return isConfigError(known) ? 2 : 1;
}

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return version;
}
