import type { Profile } from '../session/profile.js';
import { guessProfile } from '../session/profile.js';

/** A request of a handshake, kept for the next process; `idStart`, `idEnd`: its id's span. */
export interface KeptMessage {
  readonly bytes: Uint8Array;
  readonly idStart: number;
  readonly idEnd: number;
}

interface Step {
  /** The first client's request; null once that has failed. */
  request: KeptMessage | null;
  /** The server's reply, with a result. */
  reply: KeptMessage | null;
  inFlight: boolean;
}

/** Notifications that end a handshake: MCP's, and that of language servers and codex. */
export const INITIALIZED_METHODS = ['notifications/initialized', 'initialized'] as const;

/**
 * What a server has been told once and must not be told again: the requests of `--handshake`
 * (initialize), whose results are given to later clients, and the notification behind them.
 */
export class Handshake {
  readonly #steps = new Map<string, Step>();
  #initialized: Uint8Array | null = null;
  /** As configured, else guessed from the first request of the handshake. */
  profile: Profile | null;

  constructor(profile: Profile | null) {
    this.profile = profile;
  }

  /** 'first': to be sent; 'wait': the answer to the first one is under way; else the kept reply. */
  request(method: string): 'first' | 'wait' | KeptMessage {
    const step = this.#steps.get(method);
    if (step?.reply) return step.reply;
    return step?.inFlight === true ? 'wait' : 'first';
  }

  /** The first request went to the server. */
  sent(method: string, request: KeptMessage): void {
    this.profile ??= guessProfile(request.bytes);
    this.#steps.set(method, { request, reply: null, inFlight: true });
  }

  /** It was answered with a result, which is kept. */
  answered(method: string, reply: KeptMessage): void {
    const step = this.#steps.get(method);
    if (step === undefined) return;
    step.inFlight = false;
    step.reply = reply;
  }

  /** It was answered with an error, or not at all: the next client may try. */
  failed(method: string): void {
    const step = this.#steps.get(method);
    if (step?.reply === null) this.#steps.delete(method);
  }

  /** True when an `initialized` is the first one, and goes to the server. */
  initialized(notification: Uint8Array): boolean {
    if (this.#initialized !== null) return false;
    this.#initialized = notification.slice();
    return true;
  }

  /** A client has been given a reply: the server tells it what it tells everybody. */
  get happened(): boolean {
    return this.#steps.size > 0;
  }

  /** What a new process has to be told before anything else, in order. */
  replay(): {
    requests: { method: string; request: KeptMessage }[];
    initialized: Uint8Array | null;
  } {
    const requests: { method: string; request: KeptMessage }[] = [];
    for (const [method, { request, reply }] of this.#steps) {
      if (request !== null && reply !== null) requests.push({ method, request });
    }
    return { requests, initialized: requests.length > 0 ? this.#initialized : null };
  }
}
