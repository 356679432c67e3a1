import { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { FRAME_WORDS, HEADER_WORDS, OUT_LENGTH, OUT_OFFSET } from '../../workers/batch-layout.js';
import { messageOf } from '../errors.js';
import type { Batch } from '../lane/batch.js';
import type { Flow } from '../lane/flow.js';
import type { BatchFlusher } from '../lane/lane.js';
import { SLAB_BYTES } from '../limits.js';
import type { FrameSink } from './frame-sink.js';
import { slabs } from './slabs.js';

/** A destination that has to wait pins an arena when what it gets is a quarter of it or more. */
const PINS_FROM_SHARE = 4;
/** A copy from here on goes into a slab, of which less would waste most. */
const FILLS_SLAB_BYTES = SLAB_BYTES / 2;

/**
 * Writes to what is below a stream at once, past the stream, which holds nothing back then; returns
 * how many bytes it took.
 */
export type WriteNow = (bytes: Uint8Array) => number;

/**
 * Writes frames to a byte stream: a child's input or standard output. What one batch has
 * for it goes in one write, straight from the arena: a pipe write does not copy shared
 * memory, so an arena that was not taken at once is pinned until it was.
 */
export class StreamSink implements FrameSink, BatchFlusher {
  readonly #writable: Writable;
  readonly #onError: (error: Error) => void;
  readonly #writeNow: WriteNow | null;
  /**
   * A pipe or socket is done with a chunk at its callback; any other stream (a PassThrough) may
   * keep it.
   */
  readonly #mayKeepChunks: boolean;
  #closed = false;
  /** end() was called: what still comes is taken and not written. */
  #ending = false;
  /** Extent of the arena that is collected for the next write. */
  #start = 0;
  #end = 0;
  /** The batch that the extent is in. */
  #batch: Batch | null = null;
  /** Whose frames are collected, and how many of each. */
  #flows: Flow[] = [];
  #counts: number[] = [];

  constructor(
    writable: Writable,
    onError: (error: Error) => void,
    writeNow: WriteNow | null = null,
  ) {
    this.#writable = writable;
    this.#onError = onError;
    this.#writeNow = writeNow;
    this.#mayKeepChunks = !(writable instanceof Socket);
    writable.on('error', (error: Error) => this.#fail(error));
    writable.on('close', () => {
      this.#closed = true;
    });
  }

  write(flow: Flow, batch: Batch, from: number, to: number): void {
    if (this.#closed || this.#ending) {
      flow.taken(to - from);
      return;
    }
    if (this.#flows.length === 0) flow.lane.flushLater(this);
    this.#batch = batch;
    this.#flows.push(flow);
    this.#counts.push(0);
    const { control } = batch;
    for (let i = from; i < to; i++) {
      const at = HEADER_WORDS + i * FRAME_WORDS;
      const start = control[at + OUT_OFFSET]!;
      if (start !== this.#end) {
        if (this.#end > this.#start) this.#writeExtent(flow, batch);
        this.#start = start;
      }
      this.#end = start + control[at + OUT_LENGTH]!;
      this.#counts[this.#counts.length - 1]!++;
    }
  }

  flush(batch: Batch): void {
    this.#batch = null;
    this.#writeExtent(null, batch);
  }

  /**
   * Bytes that no batch holds, such as an error reply; they must not change afterwards. They go
   * behind what was collected before. `sent`: the stream has accepted them, or never will.
   */
  writeOwn(bytes: Uint8Array, sent?: () => void): void {
    if (this.#batch !== null) this.flush(this.#batch);
    if (this.#closed || this.#ending) sent?.();
    else this.#write(bytes, sent);
  }

  /**
   * Ends the stream once everything given to it is written; `ended`: it is, or cannot be any more.
   */
  end(ended?: (error?: Error | null) => void): void {
    if (this.#batch !== null) this.flush(this.#batch);
    this.#ending = true;
    if (this.#closed) ended?.();
    else this.#writable.end(ended);
  }

  /** Writes what is collected; `current` goes on collecting afterwards. */
  #writeExtent(current: Flow | null, batch: Batch): void {
    const flows = this.#flows;
    const counts = this.#counts;
    let bytes = batch.bytes.subarray(this.#start, this.#end);
    this.#flows = current === null ? [] : [current];
    this.#counts = current === null ? [] : [0];
    this.#start = 0;
    this.#end = 0;
    if (bytes.length === 0) return;
    const { lane } = flows[0]!;
    // Not while frames of `current` are still being collected: who hears taken() may end this sink.
    if (current === null && this.#canWriteNow) {
      bytes = bytes.subarray(this.#writeNow!(bytes));
      if (bytes.length === 0) {
        for (let i = 0; i < flows.length; i++) flows[i]!.taken(counts[i]!);
        return;
      }
    }
    let slab: Uint8Array | null = null;
    // A little that waits behind other bytes is copied: it would hold a whole arena for long.
    const isLittle = bytes.length * PINS_FROM_SHARE < batch.inputBytes;
    const waits = this.#writable.writableLength > 0;
    const copied = this.#mayKeepChunks || lane.mustCopy(batch) || (waits && isLittle);
    if (copied && !this.#mayKeepChunks && bytes.length >= FILLS_SLAB_BYTES) {
      slab = slabs.take(bytes.length);
      slab.set(bytes);
      bytes = slab.subarray(0, bytes.length);
    } else if (copied) bytes = new Uint8Array(bytes);
    let pinned = false;
    this.#write(bytes, () => {
      if (pinned) lane.unpin(batch);
      if (slab !== null) slabs.giveBack(slab);
      for (let i = 0; i < flows.length; i++) flows[i]!.taken(counts[i]!);
    });
    // The callback never comes within write(). Nothing left in the stream by now means that
    // the kernel has the bytes, and the arena is free.
    if (!copied && this.#writable.writableLength > 0) {
      pinned = true;
      lane.pin(batch);
    }
  }

  /** A stream of an application may throw: that ends this sink, and nothing else. */
  #write(bytes: Uint8Array, sent?: () => void): void {
    try {
      this.#writable.write(bytes, sent);
    } catch (error) {
      if (sent !== undefined) process.nextTick(sent);
      this.#fail(error instanceof Error ? error : new Error(messageOf(error)));
    }
  }

  /** What is below the stream is there, and nothing that came before waits in the stream. */
  get #canWriteNow(): boolean {
    const writable = this.#writable;
    return this.#writeNow !== null && writable.writable && writable.writableLength === 0;
  }

  #fail(error: Error): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#onError(error);
  }
}
