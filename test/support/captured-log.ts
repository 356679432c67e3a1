import { pino } from 'pino';
import type { Logger } from '../../src/log.js';

/** A logger, and the messages that were logged through it. */
export function capturedLog(): { readonly log: Logger; readonly messages: string[] } {
  const messages: string[] = [];
  const write = (line: string): void => {
    messages.push((JSON.parse(line) as { msg: string }).msg);
  };
  return { log: pino({ level: 'debug' }, { write }), messages };
}
