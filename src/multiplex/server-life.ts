import { messageOf } from '../errors.js';
import { MAX_RESTART_DELAY_MS, STOP_GRACE_MS, UP_AFTER_MS } from '../limits.js';
import type { Logger } from '../log.js';
import { NoiseLog } from '../session/noise-log.js';
import type {
  Upstream,
  UpstreamEvents,
  UpstreamExit,
  UpstreamFactory,
} from '../upstream/upstream.js';
import { RestartBackoff } from './restart-backoff.js';

export interface ServerLifeOptions {
  readonly upstream: UpstreamFactory;
  /** Starts in a row after which clients are closed. */
  readonly maxRestarts: number;
  /** Start at once, and again without clients. */
  readonly eager: boolean;
  /** How long it is kept without clients. */
  readonly idleTimeoutMs: number;
  readonly log: Logger;
}

/** Who is told how the server is. In the order of a life: */
export interface LivingServer {
  readonly hasClients: boolean;
  /** A process was started (or a connection begun); its output is to be read. */
  begun(upstream: Upstream): void;
  /** It takes messages. */
  opened(): void;
  /** It ends, or is made to: no more messages for it. */
  ending(): void;
  /** It is gone, and all of its output was delivered. */
  gone(exit: UpstreamExit): void;
  /** Nobody was there in the end: the next one is nobody's successor. */
  forget(): void;
  /** It does not stay up, and is not started again by itself. */
  gaveUp(reason: string): void;
  /** It sent a message above the limit, which was left out. */
  oversize(limitBytes: number): void;
}

/**
 * When a shared server runs: from the first client on, again when it dies, until nobody has
 * needed it for a while.
 *
 *      down --client, timer--> up --dies, idle--> ending --output read, exit known--> down
 */
export class ServerLife implements UpstreamEvents {
  readonly #server: LivingServer;
  readonly #options: ServerLifeOptions;
  readonly #backoff: RestartBackoff;
  readonly #noise: NoiseLog;
  #upstream: Upstream | null = null;
  #goneReason: string | null = null;
  #exit: UpstreamExit = { code: null, signal: null };
  #outputEnded = false;
  /** It was ended because nobody needed it. */
  #retired = false;
  #stopped = false;
  /** It has died, and no other one has taken its place yet. */
  #isDown = false;
  #restartTimer: NodeJS.Timeout | null = null;
  #upTimer: NodeJS.Timeout | null = null;
  #idleTimer: NodeJS.Timeout | null = null;

  constructor(server: LivingServer, options: ServerLifeOptions) {
    this.#server = server;
    this.#options = options;
    this.#backoff = new RestartBackoff(options.maxRestarts);
    this.#noise = new NoiseLog(options.log);
  }

  /**
   * It has died and is to be started again, or was not long ago: after it has been given up it is
   * for the next client to try.
   */
  get isDown(): boolean {
    return this.#isDown;
  }

  /** The process takes clients' messages. One that has been down has to stay so for a moment. */
  becameReady(): void {
    if (this.#isDown) this.#upIn(UP_AFTER_MS);
  }

  /** A client is there (or the server is eager): it is started, unless that is under way. */
  need(): void {
    this.#idleTimer = clear(this.#idleTimer);
    if (this.#upstream === null && this.#restartTimer === null && !this.#stopped) this.#start();
  }

  /** The last client has left. */
  unneeded(): void {
    if (this.#options.eager || this.#stopped) return;
    this.#idleTimer ??= setTimeout(() => this.#retire(), this.#options.idleTimeoutMs);
  }

  /** Ends the process at hand; clients wait for the next one. */
  restart(): void {
    const upstream = this.#upstream;
    if (upstream === null) return;
    this.#server.ending();
    upstream.closeInput();
    void upstream.stop(STOP_GRACE_MS);
  }

  /** All output of the process was delivered. */
  outputEnded(): void {
    this.#outputEnded = true;
    this.restart();
    this.#downWhenOver();
  }

  gone(reason: string, exit: UpstreamExit): void {
    this.#goneReason ??= reason;
    this.#exit = exit;
    this.#server.ending();
    this.#downWhenOver();
  }

  noise(reason: string): void {
    this.#noise.add(reason);
  }

  oversize(limitBytes: number): void {
    this.#server.oversize(limitBytes);
  }

  /** Ends it for good; settles when the process is gone. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#upTimer = clear(this.#upTimer);
    await this.#end();
    this.#noise.end();
  }

  #start(): void {
    this.#restartTimer = null;
    this.#goneReason = null;
    this.#outputEnded = false;
    this.#retired = false;
    this.#backoff.started();
    let upstream: Upstream;
    try {
      upstream = this.#options.upstream(this, this.#options.log);
    } catch (error) {
      this.#outputEnded = true;
      this.gone(`the server cannot be started: ${messageOf(error)}`, { code: null, signal: null });
      return;
    }
    this.#upstream = upstream;
    this.#server.begun(upstream);
    if (upstream.opening === null) this.#server.opened();
    else void upstream.opening.then(() => this.#openedLater(upstream));
  }

  #openedLater(upstream: Upstream): void {
    const isOver = this.#upstream !== upstream || this.#goneReason !== null || this.#stopped;
    if (!isOver && !this.#retired) this.#server.opened();
  }

  /** Nobody has needed it for a while. */
  #retire(): void {
    this.#idleTimer = null;
    if (this.#upstream === null) return;
    this.#options.log.info('the server has no clients and is ended');
    this.#retired = true;
    // A client that comes now waits for the next one, which is told nothing of this one.
    this.#server.forget();
    void this.#end();
  }

  async #end(): Promise<void> {
    this.#restartTimer = clear(this.#restartTimer);
    this.#idleTimer = clear(this.#idleTimer);
    const upstream = this.#upstream;
    if (upstream === null) return;
    this.#server.ending();
    upstream.closeInput();
    upstream.discardOutput();
    await upstream.stop(STOP_GRACE_MS);
  }

  /** When its output has been read to the end and it is known how it ended. */
  #downWhenOver(): void {
    if (!this.#outputEnded || this.#goneReason === null) return;
    const reason = this.#goneReason;
    this.#upstream = null;
    // Those that are closed because it is gone come again: they must not have it start at once.
    const hadClients = this.#server.hasClients;
    this.#server.gone(this.#exit);
    if (this.#stopped) return;
    if (this.#retired) {
      if (this.#server.hasClients) this.#start();
      else this.#isDown = false;
    } else if (hadClients || this.#options.eager) this.#startLater(reason);
    else this.#rest();
  }

  /** Whoever waited for it may have left. */
  #startAgain(): void {
    this.#restartTimer = null;
    if (this.#server.hasClients || this.#options.eager) this.#start();
    else this.#rest();
  }

  /** Nobody needs it: the next client begins anew. */
  #rest(): void {
    this.#isDown = false;
    this.#server.forget();
  }

  #upIn(ms: number): void {
    this.#upTimer = clear(this.#upTimer);
    this.#upTimer = setTimeout(() => {
      this.#isDown = false;
    }, ms);
    this.#upTimer.unref();
  }

  #startLater(reason: string): void {
    this.#isDown = true;
    this.#upTimer = clear(this.#upTimer);
    const delayMs = this.#backoff.nextDelayMs();
    if (delayMs !== null) {
      this.#options.log.warn({ reason, delayMs }, 'the server is gone and will be started again');
      this.#restartTimer = setTimeout(() => this.#startAgain(), delayMs);
      return;
    }
    this.#options.log.error({ reason }, 'the server does not stay up; its clients are closed');
    this.#backoff.reset();
    this.#upIn(MAX_RESTART_DELAY_MS);
    this.#server.forget();
    this.#server.gaveUp(reason);
  }
}

function clear(timer: NodeJS.Timeout | null): null {
  if (timer !== null) clearTimeout(timer);
  return null;
}
