import { Random } from '../statistics/random.js';
import type { MessageSpec, RecordedMessage } from './message-spec.js';

/** Says which message of the workload a connection sends next. */
export interface MessageSource {
  /** Index in the workload's messages. */
  next(): number;
}

/** A seeded draw by weight. */
export class WeightedMix implements MessageSource {
  readonly #random: Random;
  /** Sums of the weights up to and with each message. */
  readonly #sums: readonly number[];

  constructor(messages: readonly MessageSpec[], seed: number) {
    this.#random = new Random(seed);
    let sum = 0;
    this.#sums = messages.map((message) => (sum += message.weight));
  }

  next(): number {
    const sums = this.#sums;
    if (sums.length === 1) return 0;
    const drawn = this.#random.nextUnit() * sums[sums.length - 1]!;
    let i = 0;
    while (i < sums.length - 1 && drawn >= sums[i]!) i++;
    return i;
  }
}

/** The messages of a recording in their order, from the beginning again at the end. */
export class RecordingLoop implements MessageSource {
  readonly #recording: readonly RecordedMessage[];
  #at = 0;

  constructor(recording: readonly RecordedMessage[]) {
    this.#recording = recording;
  }

  next(): number {
    const { messageIndex } = this.#recording[this.#at]!;
    this.#at = (this.#at + 1) % this.#recording.length;
    return messageIndex;
  }
}
