import { type Command, parseArguments, textFlag, UsageError } from "../command.ts";
import { readEvent } from "../input/event.ts";
import { directoryAt } from "../input/paths.ts";
import { Progress } from "../output/progress.ts";
import { explanationTree } from "../output/tree.ts";

const HELP = `sluice explain [--config F] [--root DIR] E.json [--json]

Shows how a recorded Lambda event unwraps, item by item, and which source, format and sinks each would take. Reads the
beginning of objects; sends nothing. Of an object that an archive wrote it says whether its records keep their ids and origins.

  E.json      the event ("-": standard input)
  --root DIR  the event's buckets are folders: DIR/<bucket>/<key>
  --config F  as for run
  --json      the same as one line of JSON

Exit code: 0, 1 when an item can't be decoded, 2 for bad usage or config.
`;

export const explain: Command = {
  name: "explain",
  summary: "show how an event unwraps and where it would go",
  help: HELP,
  async execute(argv, context) {
    const args = parseArguments(argv, {
      values: ["config", "root"],
      switches: ["json"],
    });
    const [path, ...more] = args.positionals;
    if (path === undefined || more.length > 0)
      throw new UsageError(`expected one event file, got ${args.positionals.length}`);
    const named = textFlag(args, "root");
    const root = named === undefined ? undefined : await directoryAt(named, context.cwd, "--root");
    const event = await readEvent(path, context);
    const loaded = await context.adapters.load(textFlag(args, "config"));
    const pipeline = context.adapters.open(loaded, { root, logger: new Progress(context.terminal, { bar: false }) });
    try {
      await pipeline.check({ connect: false });
      const explanation = await pipeline.explain(event);
      const json = args.flags.json === true;
      context.terminal.out(json ? `${JSON.stringify(explanation)}\n` : explanationTree(explanation));
      return explanation.ok ? 0 : 1;
    } finally {
      await pipeline.close();
    }
  },
};
