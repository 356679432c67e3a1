import type { Span } from '../lane/batch.js';
import type { Profile } from '../session/profile.js';
import { guessProfile } from '../session/profile.js';
import type { ClientRequest } from './client-request.js';

/** The server's reply to a request of a handshake, and its id's span. */
export interface KeptReply {
  readonly bytes: Uint8Array;
  readonly id: Span;
}

/** A request that a new process is sent before anything else. */
export interface HandshakeRequest {
  readonly method: string;
  readonly request: ClientRequest;
}

/** What a new process is told before anything else. */
interface HandshakeRecord {
  readonly requests: HandshakeRequest[];
  readonly initialized: Uint8Array | null;
}

interface Step {
  /** The first client's request, or the one that was sent again since. */
  readonly request: ClientRequest;
  /** The server's reply, with a result; null while it is awaited. */
  reply: KeptReply | null;
}

/**
 * What a server has been told once and must not be told again: the requests of `--handshake`
 * (initialize), whose results are given to later clients, and the notification behind them.
 */
export class Handshake {
  readonly #steps = new Map<string, Step>();
  readonly #configured: Profile | null;
  #initialized: Uint8Array | null = null;
  #guessed: Profile | null = null;

  /** `profile`: as configured; null: to be guessed from the first request of the handshake. */
  constructor(profile: Profile | null) {
    this.#configured = profile;
  }

  get profile(): Profile {
    return this.#configured ?? this.#guessed ?? 'plain';
  }

  /** 'first': to be sent; 'wait': the answer to the first one is under way; else the kept reply. */
  request(method: string): 'first' | 'wait' | KeptReply {
    const step = this.#steps.get(method);
    return step === undefined ? 'first' : (step.reply ?? 'wait');
  }

  /** The first request is on its way to the server. */
  sent(method: string, request: ClientRequest): void {
    this.#guessed ??= guessProfile(request.bytes);
    this.#steps.set(method, { request, reply: null });
  }

  /** It was answered with a result, which is kept. */
  answered(method: string, reply: KeptReply): void {
    const step = this.#steps.get(method);
    if (step !== undefined) step.reply = reply;
  }

  /**
   * It was answered with an error, or not at all: the next client may try. Returns an
   * `initialized` that is void with it; null: there is none.
   */
  failed(method: string): Uint8Array | null {
    if (this.#steps.get(method)?.reply !== null) return null;
    this.#steps.delete(method);
    if (this.#steps.size > 0) return null;
    const initialized = this.#initialized;
    this.#initialized = null;
    this.#guessed = null;
    return initialized;
  }

  /** True when an `initialized` is the first one, and goes to the server; it is kept. */
  initialized(notification: Uint8Array): boolean {
    if (this.#initialized !== null) return false;
    this.#initialized = notification;
    return true;
  }

  /** One has begun: the server speaks to those clients that take part in it. */
  get happened(): boolean {
    return this.#steps.size > 0;
  }

  /** What a new process has to be told before anything else, in order. */
  replay(): HandshakeRecord {
    const requests: HandshakeRequest[] = [];
    for (const [method, { request, reply }] of this.#steps) {
      if (reply !== null) requests.push({ method, request });
    }
    return { requests, initialized: requests.length > 0 ? this.#initialized : null };
  }
}
