import type { EscapedFrames, FrameBlock } from "./frame.ts";

/** What the kernels that find frames and escape them have in common: where they read, and where they leave what they found. */
export interface FrameExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly input: () => number;
  readonly input_capacity: () => number;
  readonly escaped: () => number;
  readonly from: () => number;
  readonly to: () => number;
  readonly escaped_from: () => number;
  readonly escaped_to: () => number;
  readonly quotes: () => number;
  readonly consumed: () => number;
}

/** Views on a kernel's memory: frames found by the last scan, at most `max`, and the input to be filled. */
export interface KernelFrames {
  readonly input: Uint8Array;
  readonly block: Pick<FrameBlock, "from" | "to"> & { readonly escaped: EscapedFrames };
}

export function kernelFrames(exports: FrameExports, max: number): KernelFrames {
  const { buffer } = exports.memory;
  const frames = (address: number): Int32Array => new Int32Array(buffer, address, max);
  return {
    input: new Uint8Array(buffer, exports.input(), exports.input_capacity()),
    block: {
      from: frames(exports.from()),
      to: frames(exports.to()),
      escaped: {
        bytes: new Uint8Array(buffer, exports.escaped()),
        from: frames(exports.escaped_from()),
        to: frames(exports.escaped_to()),
        quotes: frames(exports.quotes()),
      },
    },
  };
}
