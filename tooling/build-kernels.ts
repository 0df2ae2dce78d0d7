// Compiles the WebAssembly kernels from C, each into a TypeScript module that holds it as base64. What it writes is
// committed, so that neither build nor test needs a C compiler: run it by hand after changing a kernel's source.
//
//   node tooling/build-kernels.ts [part of a source's path …]
//
// The compiler is `zig cc`: the zig that the environment's ZIG names, else the Python package `ziglang` in .cache/zig,
// installed there when missing.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

interface Kernel {
  /** One C file, complete in itself: it may include the compiler's own headers and nothing else. */
  readonly source: string;
  /** The TypeScript module to write. */
  readonly output: string;
  /** Its functions; its memory is exported as `memory` anyhow. */
  readonly exports: readonly string[];
}

/** What is used of it: Node's types know only the name. */
declare const WebAssembly: {
  readonly Module: {
    new (bytes: Uint8Array): object;
    imports(module: object): readonly { readonly name: string }[];
    exports(module: object): readonly { readonly name: string }[];
  };
};

/** As packages/core/src/framing/kernel-frames.ts reads them. */
const FRAME_EXPORTS = [
  "input",
  "input_capacity",
  "escaped",
  "from",
  "to",
  "escaped_from",
  "escaped_to",
  "quotes",
  "consumed",
];

const KERNELS: readonly Kernel[] = [
  {
    source: "packages/core/src/envelope/log-kernel.c",
    output: "packages/core/src/envelope/log-kernel-wasm.ts",
    exports: [
      "input",
      "key_chars",
      "message_from",
      "message_to",
      "id_from",
      "id_to",
      "decoded_bytes",
      "escapes",
      "timestamps",
      "seed",
      "input_capacity",
      "max_events",
      "scan",
    ],
  },
  {
    source: "packages/core/src/framing/line-kernel.c",
    output: "packages/core/src/framing/line-kernel-wasm.ts",
    exports: [...FRAME_EXPORTS, "max_lines", "skipped", "scan"],
  },
  {
    source: "packages/core/src/framing/json-kernel.c",
    output: "packages/core/src/framing/json-kernel-wasm.ts",
    exports: [...FRAME_EXPORTS, "max_elements", "scan"],
  },
  {
    source: "packages/core/src/gzip/deflate.c",
    output: "packages/core/src/gzip/deflate-wasm.ts",
    exports: [
      "input",
      "input_capacity",
      "output",
      "output_capacity",
      "piece_bound",
      "state",
      "state_size",
      "window_size",
      "start",
      "compress",
      "drain",
    ],
  },
  {
    source: "packages/core/src/object/inflate.c",
    output: "packages/core/src/object/inflate-wasm.ts",
    exports: [
      "input",
      "input_capacity",
      "piece",
      "piece_size",
      "crc",
      "unused",
      "start",
      "feed",
      "run",
      "note",
      "window",
      "window_size",
      "save",
      "restore",
    ],
  },
  {
    source: "packages/codecs/src/bzip2/bunzip2.c",
    output: "packages/codecs/src/bzip2/bunzip2-wasm.ts",
    exports: [
      "input",
      "room",
      "piece",
      "piece_size",
      "taken",
      "start",
      "feed",
      "run",
      "note",
      "note_size",
      "save",
      "restore",
    ],
  },
  {
    source: "packages/codecs/src/blocks/blocks.c",
    output: "packages/codecs/src/blocks/blocks-wasm.ts",
    exports: ["__heap_base", "crc32c", "snappy_size", "snappy", "lz4"],
  },
];

/** Another compiler makes another module of the same source. */
const ZIG_PACKAGE = "ziglang==0.17.1";
const ROOT = path.resolve(import.meta.dirname, "..");
const CACHE = path.join(ROOT, ".cache");

const FLAGS = [
  "-std=c23",
  "-target",
  "wasm32-freestanding",
  "-mcpu=generic+simd128+bulk_memory",
  "-O3",
  "-Wall",
  "-Wextra",
  "-Werror",
  "-nostdlib",
  "-fno-sanitize=all",
  "-Wl,--no-entry",
  "-Wl,--strip-all",
  "-Wl,-z,stack-size=16384",
];

function zig(): readonly [command: string, ...args: string[]] {
  const own = process.env.ZIG;
  if (own !== undefined && own !== "") return [own];
  const venv = path.join(CACHE, "zig");
  const python = path.join(venv, "bin", "python");
  if (!existsSync(python)) execFileSync("python3", ["-m", "venv", venv], { stdio: "inherit" });
  execFileSync(python, ["-m", "pip", "install", "--quiet", ZIG_PACKAGE], { stdio: "inherit" });
  return [python, "-m", "ziglang"];
}

function compile({ source, exports }: Kernel, [command, ...args]: ReturnType<typeof zig>): Buffer {
  const folder = mkdtempSync(path.join(tmpdir(), "kernel-"));
  const out = path.join(folder, "kernel.wasm");
  const named = exports.map((name) => `-Wl,--export=${name}`);
  try {
    // Run from the root, with a relative path, so that no machine's path finds its way into the module.
    execFileSync(command, [...args, "cc", ...FLAGS, ...named, source, "-o", out], {
      cwd: ROOT,
      stdio: "inherit",
      env: { ...process.env, ZIG_GLOBAL_CACHE_DIR: path.join(CACHE, "zig-cache") },
    });
    return readFileSync(out);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Throws for what would fail only when the module is first used. */
function verify({ source, exports }: Kernel, wasm: Buffer): void {
  const module = new WebAssembly.Module(wasm);
  const imports = WebAssembly.Module.imports(module).map(({ name }) => name);
  if (imports.length > 0) throw new Error(`${source} leaves undefined: ${imports.join(", ")}`);
  const exported = new Set(WebAssembly.Module.exports(module).map(({ name }) => name));
  const missing = ["memory", ...exports].filter((name) => !exported.has(name));
  if (missing.length > 0) throw new Error(`${source} does not export: ${missing.join(", ")}`);
}

function moduleText({ source }: Kernel, wasm: Buffer): string {
  const sha256 = createHash("sha256")
    .update(readFileSync(path.join(ROOT, source)))
    .digest("hex");
  return [
    `// Written by tooling/build-kernels.ts from ${path.basename(source)}: change that, and run it.`,
    "",
    "/** Of the C source this module was compiled from. */",
    `export const SOURCE_SHA256 = "${sha256}";`,
    "",
    "/** The module, as base64. */",
    "export const WASM =",
    `  "${wasm.toString("base64")}";`,
    "",
  ].join("\n");
}

const compiler = zig();
const wanted = process.argv.slice(2);
for (const kernel of KERNELS) {
  if (wanted.length > 0 && !wanted.some((part) => kernel.source.includes(part))) continue;
  const wasm = compile(kernel, compiler);
  verify(kernel, wasm);
  writeFileSync(path.join(ROOT, kernel.output), moduleText(kernel, wasm));
  console.log(`${kernel.output}: ${wasm.length} bytes`);
}
