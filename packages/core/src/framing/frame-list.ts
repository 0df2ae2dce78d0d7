const FIRST_FRAMES = 1024;
const NO_FRAMES = new Int32Array(0);

/** Frames found in one piece of bytes, until they are given out. */
export class FrameList {
  from: Int32Array = NO_FRAMES;
  to: Int32Array = NO_FRAMES;
  count = 0;

  add(from: number, to: number): void {
    if (this.count === this.from.length) {
      this.from = grown(this.from);
      this.to = grown(this.to);
    }
    this.from[this.count] = from;
    this.to[this.count++] = to;
  }
}

function grown(array: Int32Array): Int32Array {
  const bigger = new Int32Array(Math.max(array.length * 2, FIRST_FRAMES));
  bigger.set(array);
  return bigger;
}
