import { pino } from 'pino';
import type { Logger } from '../../src/log.js';

type Line = Readonly<Record<string, unknown>> & { readonly msg: string };

/** A logger, what was logged through it, and the messages alone. */
export function capturedLog(): {
  readonly log: Logger;
  readonly lines: Line[];
  readonly messages: string[];
} {
  const lines: Line[] = [];
  const messages: string[] = [];
  const write = (text: string): void => {
    const line = JSON.parse(text) as Line;
    lines.push(line);
    messages.push(line.msg);
  };
  return { log: pino({ level: 'debug' }, { write }), lines, messages };
}
