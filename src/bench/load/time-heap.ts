/**
 * Binary heap of (time, number), earliest first. Holds one entry for each connection or request.
 */
export class TimeHeap {
  size = 0;
  #times = new Float64Array(64);
  #values = new Int32Array(64);

  /** The earliest time; Infinity where the heap is empty. */
  get nextUs(): number {
    return this.size === 0 ? Number.POSITIVE_INFINITY : this.#times[0]!;
  }

  /** Value of the earliest time; the heap must not be empty. */
  get nextValue(): number {
    return this.#values[0]!;
  }

  push(timeUs: number, value: number): void {
    if (this.size === this.#times.length) this.#grow();
    let i = this.size++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (this.#times[parent]! <= timeUs) break;
      this.#move(parent, i);
      i = parent;
    }
    this.#times[i] = timeUs;
    this.#values[i] = value;
  }

  /** Takes the value with the earliest time; the heap must not be empty. */
  pop(): number {
    const value = this.#values[0]!;
    const last = --this.size;
    const timeUs = this.#times[last]!;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= last) break;
      if (child + 1 < last && this.#times[child + 1]! < this.#times[child]!) child++;
      if (this.#times[child]! >= timeUs) break;
      this.#move(child, i);
      i = child;
    }
    this.#times[i] = timeUs;
    this.#values[i] = this.#values[last]!;
    return value;
  }

  #move(from: number, to: number): void {
    this.#times[to] = this.#times[from]!;
    this.#values[to] = this.#values[from]!;
  }

  #grow(): void {
    const times = new Float64Array(this.#times.length * 2);
    times.set(this.#times);
    this.#times = times;
    const values = new Int32Array(this.#values.length * 2);
    values.set(this.#values);
    this.#values = values;
  }
}
