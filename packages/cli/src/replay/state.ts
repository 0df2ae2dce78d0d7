import { appendFile, writeFile } from "node:fs/promises";
import { UsageError } from "../command.ts";
import { stateText, unusable } from "../input/state-text.ts";

/** How far a file was gone through. */
export interface Mark {
  /** Version of the file that this is said of. */
  readonly etag: string;
  /** All lines before this place are settled, but for `again`; and the number of the line there. */
  readonly to: number;
  readonly line: number;
  /** Places of lines before that are still to be sent. */
  readonly again: readonly number[];
  /** Letters before that stay in the file for good: not asked for, or refused again. */
  readonly left: number;
}

const VERSION = 1;

/**
 * What a replay has settled, in a file of NDJSON that is only ever added to: of each letter file the last line counts. A line cut
 * off by a crash is passed over: what it said is done again.
 */
export class ReplayState {
  readonly #path: string | undefined;
  readonly #marks: Map<string, Mark>;

  private constructor(path: string | undefined, marks: Map<string, Mark>) {
    this.#path = path;
    this.#marks = marks;
  }

  /** Without a path nothing is kept. `selection`: letters left out by another one aren't settled by that. */
  static async open(path: string | undefined, selection: string): Promise<ReplayState> {
    if (path === undefined) return new ReplayState(path, new Map());
    const text = await stateText(path);
    if (text === "") {
      await writeFile(path, `${JSON.stringify({ v: VERSION, selection })}\n`).catch((error) => {
        throw unusable(path, error);
      });
      return new ReplayState(path, new Map());
    }
    const [head, ...lines] = text.split("\n");
    checkHead(path, head as string, selection);
    // What is added next must not run into a line that was cut off.
    if (!text.endsWith("\n")) await appendFile(path, "\n");
    return new ReplayState(path, new Map(lines.flatMap(markOf)));
  }

  /** Undefined for a file that isn't known in this version. */
  markOf(name: string, etag: string): Mark | undefined {
    const mark = this.#marks.get(name);
    return mark?.etag === etag ? mark : undefined;
  }

  async put(name: string, mark: Mark): Promise<void> {
    this.#marks.set(name, mark);
    if (this.#path !== undefined) await appendFile(this.#path, `${JSON.stringify({ file: name, ...mark })}\n`);
  }
}

function checkHead(path: string, line: string, selection: string): void {
  const head = parsed(line);
  if (head?.v !== VERSION || typeof head.selection !== "string")
    throw new UsageError(`--state ${path}: expected a file that sluice replay wrote`);
  if (head.selection !== selection)
    throw new UsageError(`--state ${path}: it is of another selection: ${head.selection}, now ${selection}`);
}

function markOf(line: string): [name: string, mark: Mark][] {
  const { file, etag, to, line: number, again, left } = parsed(line) ?? {};
  const known = typeof file === "string" && typeof etag === "string" && typeof to === "number";
  if (!known || typeof number !== "number" || !Array.isArray(again) || typeof left !== "number") return [];
  return [[file, { etag, to, line: number, again, left }]];
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return value !== null && typeof value === "object" ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
