import type { Batch } from '../../src/lane/batch.js';
import type { Flow, FrameSource } from '../../src/lane/flow.js';
import type { Client, ClientSession } from '../../src/session/client.js';
import type { FrameSink } from '../../src/transport/frame-sink.js';
import { FRAMING_NONE } from '../../workers/batch-layout.js';

/** A client that is nothing but its frames: what it sent and what it was sent. */
export class MemoryClient implements Client, FrameSource {
  readonly label: string;
  readonly framing = FRAMING_NONE;
  /** Messages to it, as text, in order. */
  readonly received: string[] = [];
  /** How it was closed by the gateway. */
  closed: { readonly code: number; readonly reason: string } | null = null;
  /** What its transport pretends to hold back. */
  heldBackBytes = 0;
  session: ClientSession | null = null;
  gone = false;
  #flow: Flow | null = null;
  #frames: Uint8Array[] = [];

  constructor(label: string) {
    this.label = label;
  }

  get source(): FrameSource {
    return this;
  }

  get sink(): FrameSink {
    throw new Error('a client of a shared server is written to with send()');
  }

  /** The client sends a frame. */
  say(text: string): void {
    if (this.gone) return;
    this.#frames.push(Buffer.from(text));
    this.#flow?.pump();
  }

  /** The client closes its connection. */
  hangUp(): void {
    if (this.gone) return;
    this.gone = true;
    this.session?.clientEnded(true);
  }

  start(flow: Flow): void {
    this.#flow = flow;
    flow.pump();
  }

  reply(bytes: Uint8Array): void {
    this.sendOne(bytes);
  }

  send(batch: Batch, frames: Int32Array, count: number, own: readonly Uint8Array[] = []): void {
    for (let i = 0; i < count; i++) {
      const frame = frames[i]!;
      this.sendOne(frame < 0 ? own[~frame]! : batch.output(frame));
    }
  }

  sendOne(message: Uint8Array): void {
    if (!this.gone && this.closed === null) this.received.push(Buffer.from(message).toString());
  }

  onceRead(callback: () => void): void;
  onceRead(): void {
    // The outlets of shared servers look for themselves.
  }

  close(code: number, reason: string): void {
    if (this.gone || this.closed !== null) return;
    this.closed = { code, reason };
    this.#frames = [];
    this.hangUp();
  }

  peek(): Uint8Array | null {
    return this.#frames[0] ?? null;
  }

  shift(): void {
    this.#frames.shift();
  }

  resume(): void {
    // Nothing is ever paused.
  }
}
