import { clip } from './text-columns.js';
import { textBar } from './text-histogram.js';
import { formatCount, formatElapsed, formatLatency, formatRate, formatShare } from './units.js';

/** What a running benchmark shows of itself. */
export interface LiveSnapshot {
  /** Since the current run began, warm-up included. */
  readonly elapsedMs: number;
  readonly repliesPerSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
  /** Since the current run began. */
  readonly errors: number;
  /** Share of the requests that were ordered, 0 to 1; null where time bounds the run. */
  readonly doneShare: number | null;
  readonly inFlight: number;
  readonly phase: 'connecting' | 'warmup' | 'measuring' | 'draining';
}

/** Shows snapshots of a run while it goes on. */
export interface LivePanel {
  /** Shows a snapshot; two to four a second look alive without costing anything. */
  update(snapshot: LiveSnapshot): void;
  /** Takes the panel off the terminal, so that the final table stands in its place. */
  finish(): void;
}

const PHASES = {
  connecting: 'connecting',
  warmup: 'warming up',
  measuring: 'measuring',
  draining: 'draining',
} as const;

const DEFAULT_COLUMNS = 80;
const WIDEST_BAR = 40;
const NARROWEST_BAR = 8;
const SPARKS = '▁▂▃▄▅▆▇█';

/**
 * On a terminal: a panel of a few lines, redrawn in place, never wider than the terminal
 * (lines that wrap cannot be redrawn). Elsewhere, and on TERM=dumb: one plain line for
 * each update. Colours follow NO_COLOR (no-color.org). `totalMs` is the expected length
 * of the run, 0 or Infinity where only a number of requests is known: then the bar
 * follows `doneShare`.
 */
export function createLivePanel(stream: NodeJS.WriteStream, totalMs: number): LivePanel {
  const redraws = stream.isTTY && process.env.TERM !== 'dumb';
  return redraws ? new TerminalPanel(stream, totalMs) : new PlainLines(stream, totalMs);
}

class PlainLines implements LivePanel {
  readonly #stream: NodeJS.WriteStream;
  readonly #totalMs: number;

  constructor(stream: NodeJS.WriteStream, totalMs: number) {
    this.#stream = stream;
    this.#totalMs = totalMs;
  }

  update(snapshot: LiveSnapshot): void {
    const parts = [
      PHASES[snapshot.phase].padEnd(10),
      clock(snapshot, this.#totalMs),
      ...figures(snapshot),
    ];
    this.#stream.write(`${parts.join('  ')}\n`);
  }

  finish(): void {
    // Nothing to take back: the lines are a log.
  }
}

class TerminalPanel implements LivePanel {
  readonly #stream: NodeJS.WriteStream;
  readonly #totalMs: number;
  readonly #colours: boolean;
  readonly #rates: number[] = [];
  #drawnLines = 0;

  constructor(stream: NodeJS.WriteStream, totalMs: number) {
    this.#stream = stream;
    this.#totalMs = totalMs;
    const noColor = process.env.NO_COLOR;
    this.#colours = noColor === undefined || noColor === '';
  }

  update(snapshot: LiveSnapshot): void {
    // One column is kept free: some terminals wrap as soon as the last one is written.
    const width = (this.#stream.columns || DEFAULT_COLUMNS) - 1;
    this.#remember(snapshot);
    const lines = [
      this.#progressLine(snapshot, width),
      ...packed(figures(snapshot), width).map((line) =>
        snapshot.errors > 0 ? this.#paint('31', line) : line,
      ),
      this.#rateLine(width),
    ];
    this.#draw(lines.filter((line) => line !== ''));
  }

  finish(): void {
    if (this.#drawnLines === 0) return;
    this.#stream.write(`\x1b[${this.#drawnLines}A\r\x1b[J`);
    this.#drawnLines = 0;
  }

  /** One write for the whole panel, so that no half-drawn panel is ever seen. */
  #draw(lines: readonly string[]): void {
    const up = this.#drawnLines > 0 ? `\x1b[${this.#drawnLines}A\r` : '';
    const text = lines.map((line) => `\x1b[2K${line}\n`).join('');
    this.#stream.write(`${up}${text}\x1b[J`);
    this.#drawnLines = lines.length;
  }

  #remember({ phase, repliesPerSecond }: LiveSnapshot): void {
    if (phase !== 'measuring') return;
    this.#rates.push(repliesPerSecond);
    if (this.#rates.length > WIDEST_BAR) this.#rates.shift();
  }

  #progressLine(snapshot: LiveSnapshot, width: number): string {
    const phase = `  ${PHASES[snapshot.phase].padEnd(10)} `;
    const time = ` ${clock(snapshot, this.#totalMs)}`;
    const cells = Math.min(WIDEST_BAR, width - phase.length - time.length);
    const share = isKnown(this.#totalMs) ? snapshot.elapsedMs / this.#totalMs : snapshot.doneShare;
    if (share === null || cells < NARROWEST_BAR) return clip(`${phase}${time}`, width);
    const bar = textBar(Math.min(1, share), cells);
    const rest = '░'.repeat(cells - bar.length);
    return `${phase}${this.#paint('36', bar)}${this.#paint('2', rest)}${time}`;
  }

  #rateLine(width: number): string {
    const room = Math.min(WIDEST_BAR, width - 20);
    if (this.#rates.length < 2 || room < NARROWEST_BAR) return '';
    const shown = this.#rates.slice(-room);
    const highest = Math.max(1, ...shown);
    const sparks = shown.map((rate) => SPARKS[Math.min(7, Math.floor((rate / highest) * 7.99))]!);
    return `  ${this.#paint('2', 'rate'.padEnd(10))} ${this.#paint('36', sparks.join(''))}`;
  }

  #paint(code: string, text: string): string {
    return this.#colours && text !== '' ? `\x1b[${code}m${text}\x1b[0m` : text;
  }
}

function isKnown(totalMs: number): boolean {
  return Number.isFinite(totalMs) && totalMs > 0;
}

function clock({ elapsedMs, doneShare, phase }: LiveSnapshot, totalMs: number): string {
  const elapsed = formatElapsed(elapsedMs);
  // It takes as long as the server lets it.
  if (phase === 'draining') return elapsed;
  if (isKnown(totalMs)) return `${elapsed} of ${formatElapsed(totalMs)}`;
  return doneShare === null ? elapsed : `${elapsed}, ${formatShare(doneShare)} sent`;
}

/** Nothing is measured while it connects, and nothing new is while the last replies are awaited. */
function figures(snapshot: LiveSnapshot): string[] {
  const errors = `errors ${formatCount(snapshot.errors)}`;
  if (snapshot.phase === 'connecting') return [];
  if (snapshot.phase === 'draining') return ['waiting for the last replies', errors];
  // A second without a reply has no latency; a zero would look like the best of all.
  const latency = (us: number) => (snapshot.repliesPerSecond === 0 ? '-' : formatLatency(us));
  return [
    `${formatRate(snapshot.repliesPerSecond)} replies/s`,
    `p50 ${latency(snapshot.p50Us)}`,
    `p99 ${latency(snapshot.p99Us)}`,
    errors,
    `in flight ${formatCount(snapshot.inFlight)}`,
  ];
}

/** Puts as many figures on a line as fit; a narrow terminal gets more lines, not fewer figures. */
function packed(parts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const part of parts) {
    const longer = line === '' ? `  ${part}` : `${line}   ${part}`;
    if (line !== '' && longer.length > width) {
      lines.push(clip(line, width));
      line = `  ${part}`;
    } else {
      line = longer;
    }
  }
  lines.push(clip(line, width));
  return lines;
}
