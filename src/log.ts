import type { Writable } from 'node:stream';
import { type Logger, pino } from 'pino';
import { prettyFactory } from 'pino-pretty';
import { UNREAD_LOG_BYTES } from './limits.js';

export type { Logger };

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export const LOG_FORMATS = ['text', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** The gateway's log: on stderr always, since stdout may carry the protocol. */
export function createLogger(
  level: LogLevel,
  format: LogFormat,
  stderr: Writable & { readonly isTTY?: boolean } = process.stderr,
): Logger {
  const lines = new LogLines(stderr, (lines) =>
    log.warn({ lines }, 'log lines were left out: standard error is not read fast enough'),
  );
  const pretty =
    format === 'json'
      ? (line: string): string => line
      : prettyFactory({
          // https://no-color.org
          colorize: stderr.isTTY === true && !process.env['NO_COLOR'],
          translateTime: 'SYS:HH:MM:ss.l',
          singleLine: true,
        });
  const log = pino({ level, base: null }, { write: (line) => lines.write(pretty(line)) });
  return log;
}

let silent: Logger | null = null;

/** Logs nothing: for library use without a logger. */
export function silentLogger(): Logger {
  silent ??= pino({ level: 'silent' });
  return silent;
}

/**
 * Log lines on their way to standard error, which may be a pipe that nobody reads: the gateway
 * never waits for it. Above UNREAD_LOG_BYTES lines are left out, and counted.
 */
class LogLines {
  readonly #stderr: Writable;
  readonly #onReadAgain: (leftOut: number) => void;
  #leftOut = 0;

  constructor(stderr: Writable, onReadAgain: (leftOut: number) => void) {
    this.#stderr = stderr;
    this.#onReadAgain = onReadAgain;
    // A log without a reader is no reason to end.
    stderr.on('error', () => undefined);
  }

  write(line: string): void {
    if (this.#leftOut > 0 || this.#stderr.writableLength >= UNREAD_LOG_BYTES) this.#leaveOut();
    else this.#stderr.write(line);
  }

  #leaveOut(): void {
    if (this.#leftOut++ > 0) return;
    this.#stderr.once('drain', () => {
      const leftOut = this.#leftOut;
      this.#leftOut = 0;
      this.#onReadAgain(leftOut);
    });
  }
}
