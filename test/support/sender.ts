import assert from 'node:assert/strict';
import type { Batch } from '../../src/lane/batch.js';
import { Flow, type FlowHandler, type FrameSource } from '../../src/lane/flow.js';
import type { Lane } from '../../src/lane/lane.js';
import type { FrameSink } from '../../src/transport/frame-sink.js';
import { ACTION_PASS, FRAMING_NDJSON, ON_BAD_REASON, op } from '../../workers/batch-layout.js';

/** Sends frames through a lane to a sink; without a sink they only use its arenas. */
export class Sender implements FrameSource, FlowHandler {
  readonly done: Promise<void>;
  readonly #sink: FrameSink | null;
  readonly #frames: Iterator<string>;
  #next: Uint8Array | null = null;
  #settle: () => void = () => undefined;

  constructor(lane: Lane, sink: FrameSink | null, frames: Iterable<string>) {
    this.#sink = sink;
    this.#frames = frames[Symbol.iterator]();
    this.done = new Promise((resolve) => {
      this.#settle = resolve;
    });
    const pass = op(ACTION_PASS, FRAMING_NDJSON, ON_BAD_REASON);
    new Flow({ lane, op: pass, source: this, handler: this }).endOfSource();
  }

  peek(): Uint8Array | null {
    if (this.#next === null) {
      const next = this.#frames.next();
      if (next.done !== true) this.#next = Buffer.from(next.value);
    }
    return this.#next;
  }

  shift(): void {
    this.#next = null;
  }

  resume(): void {
    // All frames are there from the start.
  }

  deliver(flow: Flow, batch: Batch, from: number, to: number): void {
    if (this.#sink === null) flow.taken(to - from);
    else this.#sink.write(flow, batch, from, to);
  }

  deliverNothing(): void {
    assert.fail('every frame is good and passed on');
  }

  deliverBad(): void {
    assert.fail('every frame is good and passed on');
  }

  array(): boolean {
    return false;
  }

  ended(): void {
    this.#settle();
  }
}
