import { CLOSE_TRY_AGAIN_LATER } from '../close-codes.js';
import type { Batch } from '../lane/batch.js';
import { COLLECTED_OWN_BYTES, RING_CAPACITY } from '../limits.js';
import type { Client } from '../session/client.js';

export interface OutletLimits {
  /** `--client-overflow`: bytes that a slow client may have waiting. */
  readonly overflowBytes: number;
  /** `--slow-client-grace`: how long it may take to read what waits for it. */
  readonly graceMs: number;
}

const FIRST_FRAMES = 16;
/** One for all outlets: most never have any. It stays empty. */
const NO_MESSAGES: Uint8Array[] = [];
const CHECKS_PER_GRACE = 10;

/**
 * The way to one of several clients of a server: collects what a batch has for it, for one
 * send. The server is not held up by a client that does not read: beyond a ring of
 * messages it has an overflow, and a time of grace in which it must have read what was waiting
 * when that began; then it is closed.
 */
export class Outlet {
  readonly #client: Client;
  readonly #limits: OutletLimits;
  readonly #onCut: (why: string) => void;
  /** What was added: an index of the batch, or one of `#own` as its complement. */
  #frames = new Int32Array(FIRST_FRAMES);
  /** The batch that `#frames` are of. */
  #batch: Batch | null = null;
  #own: Uint8Array[] = NO_MESSAGES;
  #ownBytes = 0;
  #count = 0;
  /** Messages sent since the transport last held nothing back. */
  #held = 0;
  /** Bytes sent since the present grace began. */
  #sentBytes = 0;
  #graceSinceMs = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(client: Client, limits: OutletLimits, onCut: (why: string) => void) {
    this.#onCut = onCut;
    this.#client = client;
    this.#limits = limits;
  }

  /** Adds a frame of the batch in delivery; true when it is the first one for this client. */
  add(batch: Batch, frame: number): boolean {
    this.#batch = batch;
    if (this.#count === this.#frames.length) {
      const grown = new Int32Array(this.#count * 2);
      grown.set(this.#frames);
      this.#frames = grown;
    }
    this.#frames[this.#count++] = frame;
    return this.#count === 1;
  }

  /** The same for a message that is not in the batch, which must not change until flush(). */
  addOwn(batch: Batch, message: Uint8Array): boolean {
    if (this.#ownBytes + message.length > COLLECTED_OWN_BYTES) this.flush();
    this.#ownBytes += message.length;
    if (this.#own === NO_MESSAGES) this.#own = [];
    return this.add(batch, ~(this.#own.push(message) - 1));
  }

  /** Sends what was added, at the end of that batch's delivery at the latest. */
  flush(): void {
    const batch = this.#batch;
    const count = this.#count;
    if (batch === null) return;
    const own = this.#own;
    this.#forget();
    this.#client.send(batch, this.#frames, count, own);
    if (!this.#holdsBack()) return;
    let bytes = 0;
    for (let i = 0; i < count; i++) {
      const frame = this.#frames[i]!;
      bytes += frame < 0 ? own[~frame]!.length : batch.outputLength(frame);
    }
    this.#account(count, bytes);
  }

  /** Sends one message that is not in a batch, behind what was added before. */
  sendOne(message: Uint8Array): void {
    this.flush();
    this.#client.sendOne(message);
    if (this.#holdsBack()) this.#account(1, message.length);
  }

  /** The client is gone. */
  end(): void {
    this.#forget();
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** True while something waits for flush(). */
  get collects(): boolean {
    return this.#batch !== null;
  }

  #forget(): void {
    this.#batch = null;
    this.#count = 0;
    this.#own = NO_MESSAGES;
    this.#ownBytes = 0;
  }

  #holdsBack(): boolean {
    if (this.#client.heldBackBytes > 0) return true;
    this.#held = 0;
    return false;
  }

  #account(count: number, bytes: number): void {
    this.#held += count;
    this.#sentBytes += bytes;
    // What was sent last may be larger alone: it has had no time yet to be read.
    if (this.#client.heldBackBytes - bytes > this.#limits.overflowBytes) {
      this.#cut(`more than ${this.#limits.overflowBytes} bytes unread`);
    } else if (this.#held > RING_CAPACITY && this.#timer === null) {
      this.#beginGrace();
      this.#timer = setInterval(this.#check, this.#limits.graceMs / CHECKS_PER_GRACE);
    }
  }

  #beginGrace(): void {
    this.#graceSinceMs = performance.now();
    this.#sentBytes = 0;
  }

  /** While it is slow: whether it has caught up, gets on, or its grace is over. */
  readonly #check = (): void => {
    const heldBack = this.#client.heldBackBytes;
    if (heldBack === 0) {
      this.#held = 0;
      this.end();
    } else if (heldBack <= this.#sentBytes) {
      // What waits was all sent since: it has read what was waiting then.
      this.#beginGrace();
    } else if (performance.now() - this.#graceSinceMs >= this.#limits.graceMs) {
      this.#cut(`what waits for it was not read within ${this.#limits.graceMs} ms`);
    }
  };

  #cut(why: string): void {
    this.end();
    this.#onCut(why);
    this.#client.close(CLOSE_TRY_AGAIN_LATER, `too slow: ${why}`);
  }
}
