import { destination, type Logger, pino } from 'pino';
import pretty from 'pino-pretty';

export type { Logger };

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export const LOG_FORMATS = ['text', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

const STDERR = 2;

/** The gateway's log: on stderr always, since stdout may carry the protocol. */
export function createLogger(level: LogLevel, format: LogFormat): Logger {
  if (format === 'json')
    return pino({ level, base: null }, destination({ dest: STDERR, sync: true }));
  const stream = pretty({
    destination: STDERR,
    sync: true,
    colorize: process.stderr.isTTY,
    translateTime: 'SYS:HH:MM:ss.l',
    singleLine: true,
  });
  return pino({ level, base: null }, stream);
}

/** Logs nothing: for library use without a logger. */
export function silentLogger(): Logger {
  return pino({ level: 'silent' });
}
