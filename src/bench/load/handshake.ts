import { frameMessage } from '../framing/frame-message.js';
import type { Dialect, Framing, HandshakeStep } from '../payload/message-spec.js';
import { HOLE_CONNECTION, HOLE_ID, requestTemplate } from '../payload/message-template.js';
import type { FlightTable } from '../replies/flight-table.js';
import { ConnectFailure, type Connection, type Ending } from '../transport/connection.js';

/** Stands in the flight table for a request of the handshake. */
export const HANDSHAKE_MESSAGE = -1;

/** The steps that a connection does before its load begins, one after the other's answer. */
export class Handshake {
  readonly #connection: Connection;
  readonly #flights: FlightTable;
  readonly #index: number;
  readonly #timeoutMs: number;
  #settle: ((reply: string | ConnectFailure) => void) | null = null;
  #failure: ConnectFailure | null = null;

  /** `timeoutMs`: for the answer to each step. */
  constructor(
    connection: Connection,
    flights: FlightTable,
    connectionIndex: number,
    timeoutMs: number,
  ) {
    this.#connection = connection;
    this.#flights = flights;
    this.#index = connectionIndex;
    this.#timeoutMs = timeoutMs;
  }

  /** Rejects with ConnectFailure where a step is refused or not answered. */
  async run(steps: readonly HandshakeStep[], dialect: Dialect, framing: Framing): Promise<void> {
    for (const step of steps) {
      const id = step.isNotification ? 0 : this.#flights.take(0, 0, HANDSHAKE_MESSAGE);
      const reply = step.isNotification ? null : this.#reply(step.method);
      this.#connection.write(frameMessage(framing, this.#text(step, dialect, id)));
      const text = await reply;
      if (text !== null && 'error' in (JSON.parse(text) as object)) {
        throw refused(`the server answered ${step.method} with an error: ${text.slice(0, 200)}`);
      }
    }
  }

  onReply(text: string): void {
    this.#settle?.(text);
  }

  /** The connection has ended: a child's exit counts as that, whenever it comes. */
  fail({ kind, reason }: Ending): void {
    const counter = kind === 'child-exit' ? 'child' : 'upgrade';
    this.#failure = new ConnectFailure(counter, `the handshake was cut short: ${reason}`);
    this.#settle?.(this.#failure);
  }

  #reply(method: string): Promise<string> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#settle?.(refused(`no answer to ${method} within ${this.#timeoutMs / 1_000} s`));
      }, this.#timeoutMs);
      this.#settle = (reply) => {
        clearTimeout(timer);
        this.#settle = null;
        if (typeof reply === 'string') resolve(reply);
        else reject(reply);
      };
    });
  }

  #text(step: HandshakeStep, dialect: Dialect, id: number): string {
    return requestTemplate(dialect, step.method, step.params, step.isNotification)
      .map((part) => {
        if (typeof part !== 'number') return part.toString();
        if (part === HOLE_ID) return String(id);
        return part === HOLE_CONNECTION ? String(this.#index) : '0';
      })
      .join('');
  }
}

function refused(reason: string): ConnectFailure {
  return new ConnectFailure('upgrade', reason);
}
