/** Frames found in one piece of bytes, until they are given out. */
export class FrameList {
  from: Int32Array = new Int32Array(1024);
  to: Int32Array = new Int32Array(1024);
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
  const bigger = new Int32Array(array.length * 2);
  bigger.set(array);
  return bigger;
}
