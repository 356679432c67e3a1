import { CLOSE_MALFORMED } from '../close-codes.js';
import type { Batch } from '../lane/batch.js';
import { replyWithoutId } from './broken-reply.js';
import type { Client } from './client.js';

/** `--on-malformed`: whether a client is closed for what is no message, in place of an answer. */
export class MalformedInput {
  /** It was closed for that: what it sent behind it goes nowhere. */
  refused = false;
  readonly #client: Client;
  readonly #disconnects: boolean;

  constructor(client: Client, disconnects: boolean) {
    this.#client = client;
    this.#disconnects = disconnects;
  }

  /**
   * True where frame `index`, which is no message, has closed the client; else it is to be
   * answered.
   */
  closesFor(batch: Batch, index: number): boolean {
    if (!this.#disconnects) return false;
    this.#close(`malformed message${detailOf(replyWithoutId(batch, index))}`);
    return true;
  }

  /**
   * True where an array of `count` elements goes nowhere: one without elements is no message
   * either.
   */
  refusesArray(count: number): boolean {
    if (count === 0 && this.#disconnects) this.#close('malformed message: an empty array');
    return this.refused;
  }

  #close(reason: string): void {
    this.refused = true;
    this.#client.close(CLOSE_MALFORMED, reason);
  }
}

function detailOf(reply: Uint8Array): string {
  if (reply.length === 0) return '';
  const { error } = JSON.parse(Buffer.from(reply).toString('utf8')) as {
    error: { data?: { detail?: string } };
  };
  return error.data?.detail === undefined ? '' : `: ${error.data.detail}`;
}
