/** Why a connection has ended, in the words of docs/library.md; `why` is the cause's own. */
export class Reasons {
  readonly #label: string;
  /** What stands before "JSON-RPC message". */
  readonly #transport: '' | 'websocket ';

  constructor(label: string, transport: '' | 'websocket ') {
    this.#label = label;
    this.#transport = transport;
  }

  parse(why: string): string {
    return `failed to parse ${this.#transport}JSON-RPC message from ${this.#label}: ${why}`;
  }

  read(why: string): string {
    return `failed to read ${this.#transport}JSON-RPC message from ${this.#label}: ${why}`;
  }

  write(why: string): string {
    return `failed to write ${this.#transport}JSON-RPC message to ${this.#label}: ${why}`;
  }

  serialize(why: string): string {
    return `failed to serialize JSON-RPC message for ${this.#label}: ${why}`;
  }
}
