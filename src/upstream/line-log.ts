import type { Readable } from 'node:stream';
import { LF } from '../../workers/ascii.js';
import { STDERR_LINE_BYTES, STDERR_LOGS_PER_SECOND } from '../limits.js';
import type { Logger } from '../log.js';
import { LogRate } from '../log-rate.js';

/**
 * Logs a server's stderr line by line. Always reads on, whatever is in it: a server
 * whose stderr is full stands still. A line is cut at STDERR_LINE_BYTES, and above
 * STDERR_LOGS_PER_SECOND lines are only counted: logging all of a flood would leave the main
 * thread no time for anybody else.
 *
 * @returns the last line so far, '' before the first
 */
export function logLines(stderr: Readable, log: Logger): () => string {
  let last = '';
  let line: Buffer[] = [];
  let kept = 0;
  let cut = 0;
  const rate = new LogRate(STDERR_LOGS_PER_SECOND);
  const keep = (part: Buffer): void => {
    const room = STDERR_LINE_BYTES - kept;
    if (room > 0) line.push(part.subarray(0, room));
    kept += Math.min(room, part.length);
    cut += Math.max(0, part.length - room);
  };
  const say = (): void => {
    const text = Buffer.concat(line).toString('utf8').trimEnd();
    if (text === '') return;
    last = text;
    if (!rate.allows()) return;
    sayHeldBack();
    log.info(cut > 0 ? { stderr: text, cutBytes: cut } : { stderr: text });
  };
  const sayHeldBack = (): void => {
    const lines = rate.takeHeldBack();
    if (lines > 0) log.warn({ lines }, 'more lines of its standard error were not logged');
  };
  const emit = (): void => {
    if (kept > 0) say();
    line = [];
    kept = 0;
    cut = 0;
  };
  stderr.on('data', (chunk: Buffer) => {
    let start = 0;
    for (let lf = chunk.indexOf(LF); lf !== -1; lf = chunk.indexOf(LF, start)) {
      keep(chunk.subarray(start, lf));
      emit();
      start = lf + 1;
    }
    if (start < chunk.length) keep(chunk.subarray(start));
  });
  stderr.on('end', () => {
    emit();
    sayHeldBack();
  });
  stderr.on('error', () => undefined);
  return () => last;
}
