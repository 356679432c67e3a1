import type { Readable } from 'node:stream';
import { STDERR_LINE_BYTES } from '../limits.js';
import type { Logger } from '../log.js';

const LF = 0x0a;

/**
 * Logs a server's stderr line by line. Always reads on, whatever is in it: a server
 * whose stderr is full stands still. A line is cut at STDERR_LINE_BYTES.
 */
export function logLines(stderr: Readable, log: Logger): void {
  let line: Buffer[] = [];
  let kept = 0;
  let cut = 0;
  const keep = (part: Buffer): void => {
    const room = STDERR_LINE_BYTES - kept;
    if (room > 0) line.push(part.subarray(0, room));
    kept += Math.min(room, part.length);
    cut += Math.max(0, part.length - room);
  };
  const emit = (): void => {
    const text = Buffer.concat(line).toString('utf8').trimEnd();
    if (text !== '') log.info(cut > 0 ? { stderr: text, cutBytes: cut } : { stderr: text });
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
  stderr.on('end', emit);
  stderr.on('error', () => undefined);
}
