import type { Batch } from '../../src/lane/batch.js';
import type { Flow, FrameSource } from '../../src/lane/flow.js';
import type { FrameSink } from '../../src/transport/frame-sink.js';
import type { Upstream, UpstreamEvents } from '../../src/upstream/upstream.js';
import { FRAMING_NONE } from '../../workers/batch-layout.js';

/** A server process that is nothing but its messages, and that the test speaks for. */
export class MemoryUpstream implements Upstream, FrameSource, FrameSink {
  readonly framing = FRAMING_NONE;
  readonly opening: Promise<void> | null;
  /** Messages to it, as text, in order. */
  readonly received: string[] = [];
  /** Told at each message. */
  onMessage: (text: string) => void = () => undefined;
  /** It takes nothing: its input is full. */
  stalled = false;
  inputClosed = false;
  /** How often it was told that it has been asked. */
  askedCount = 0;
  exited = false;
  readonly #events: UpstreamEvents;
  #untaken: (() => void)[] = [];
  #flow: Flow | null = null;
  #frames: Uint8Array[] = [];

  constructor(events: UpstreamEvents, opening: Promise<void> | null = null) {
    this.#events = events;
    this.opening = opening;
  }

  get source(): FrameSource {
    return this;
  }

  get sink(): FrameSink {
    return this;
  }

  /** The server sends a message. */
  say(text: string): void {
    if (this.exited) return;
    this.#frames.push(Buffer.from(text));
    this.#flow?.pump();
  }

  /** The process ends; what it has said is still delivered. */
  exit(code: number | null, signal: string | null = null): void {
    if (this.exited) return;
    this.exited = true;
    this.unstall();
    this.#events.gone('the server exited', { code, signal });
    this.#flow?.endOfSource();
  }

  /** It reads its input again. */
  unstall(): void {
    this.stalled = false;
    const untaken = this.#untaken;
    this.#untaken = [];
    for (const take of untaken) take();
  }

  start(flow: Flow): void {
    this.#flow = flow;
    flow.pump();
  }

  write(flow: Flow, batch: Batch, from: number, to: number): void {
    for (let i = from; i < to; i++) this.#receive(batch.output(i));
    this.#taken(() => flow.taken(to - from));
  }

  sendOne(message: Uint8Array, sent?: () => void): void {
    this.#receive(message);
    if (sent !== undefined) this.#taken(sent);
  }

  asked(): void {
    this.askedCount++;
  }

  closeInput(): void {
    this.inputClosed = true;
  }

  discardOutput(): void {
    this.#frames = [];
  }

  stop(): Promise<void> {
    // A process whose input was closed ends by itself.
    setImmediate(() => this.exit(0));
    return Promise.resolve();
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

  #receive(message: Uint8Array): void {
    if (this.exited || this.inputClosed) return;
    const text = Buffer.from(message).toString();
    this.received.push(text);
    this.onMessage(text);
  }

  #taken(take: () => void): void {
    if (this.stalled) this.#untaken.push(take);
    else take();
  }
}
