import { WRITE_BUFFER_BYTES } from '../bench-limits.js';
import type { MessageEncoder } from '../payload/message-encoder.js';
import type { Connection } from '../transport/connection.js';

/**
 * Gathers the messages of one connection for one write. All connections of a thread
 * share it, one after the other: whoever appends flushes before another one begins.
 */
export class WriteBatch {
  #buffer = Buffer.allocUnsafeSlow(WRITE_BUFFER_BYTES);
  #length = 0;

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /** Whether such a message still fits; a batch that is empty takes any. */
  hasRoomFor(encoder: MessageEncoder): boolean {
    return this.#length === 0 || this.#length + encoder.maxBytes <= this.#buffer.length;
  }

  append(encoder: MessageEncoder, values: Float64Array): void {
    if (this.#length + encoder.maxBytes > this.#buffer.length) {
      const grown = Buffer.allocUnsafeSlow(this.#length + encoder.maxBytes);
      this.#buffer.copy(grown, 0, 0, this.#length);
      this.#buffer = grown;
    }
    this.#length = encoder.write(this.#buffer, this.#length, values);
  }

  /** Writes what was gathered; returns its bytes. `isBlocked` then says whether to wait. */
  flush(connection: Connection): number {
    const bytes = this.#length;
    if (bytes === 0) return 0;
    this.#length = 0;
    this.isBlocked = !connection.write(this.#buffer.subarray(0, bytes));
    // The kernel took everything, as it mostly does: the buffer can be filled again. Else
    // the transport keeps it until it is written, and the next batch needs another one.
    if (!connection.isWriteDone) this.#buffer = Buffer.allocUnsafeSlow(WRITE_BUFFER_BYTES);
    return bytes;
  }

  /** After flush(): the transport wants no more until it says so. */
  isBlocked = false;
}
