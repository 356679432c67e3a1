import type { Readable, Writable } from 'node:stream';
import type { Message } from './json-rpc-socket.js';
import { within } from './until.js';

/** A client on the standard input and output of a program that speaks lines of JSON-RPC. */
export class JsonRpcStream {
  /** Settles with the end of the program's output. */
  readonly ended: Promise<void>;
  readonly #input: Writable;
  readonly #lines: string[] = [];
  readonly #readers: ((line: string) => void)[] = [];
  #rest = '';

  constructor(program: { readonly stdin: Writable; readonly stdout: Readable }) {
    this.#input = program.stdin;
    this.ended = new Promise((resolve) => program.stdout.once('end', resolve));
    program.stdout.on('data', (chunk: Buffer) => {
      const lines = (this.#rest + chunk.toString()).split('\n');
      this.#rest = lines.pop()!;
      for (const line of lines) this.#received(line);
    });
  }

  /** Sends bytes as they are. */
  send(text: string | Uint8Array): void {
    this.#input.write(text);
  }

  /** Ends the program's input. */
  end(text = ''): void {
    this.#input.end(text);
  }

  nextLine(): Promise<string> {
    const line = this.#lines.shift();
    if (line !== undefined) return Promise.resolve(line);
    return within('a line', new Promise((resolve) => this.#readers.push(resolve)));
  }

  async next(): Promise<Message> {
    return JSON.parse(await this.nextLine()) as Message;
  }

  #received(line: string): void {
    const reader = this.#readers.shift();
    if (reader === undefined) this.#lines.push(line);
    else reader(line);
  }
}
