/** FIFO of due times (microseconds) in a ring that doubles when it is full. */
export class DueQueue {
  length = 0;
  #times = new Float64Array(16);
  #head = 0;

  push(dueUs: number): void {
    if (this.length === this.#times.length) this.#grow();
    this.#times[(this.#head + this.length) & (this.#times.length - 1)] = dueUs;
    this.length++;
  }

  /** The oldest; the queue must not be empty. */
  shift(): number {
    const dueUs = this.#times[this.#head]!;
    this.#head = (this.#head + 1) & (this.#times.length - 1);
    this.length--;
    return dueUs;
  }

  #grow(): void {
    const grown = new Float64Array(this.#times.length * 2);
    for (let i = 0; i < this.length; i++) {
      grown[i] = this.#times[(this.#head + i) & (this.#times.length - 1)]!;
    }
    this.#times = grown;
    this.#head = 0;
  }
}
