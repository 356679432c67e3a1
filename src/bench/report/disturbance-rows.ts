import type { RunResult } from '../run-result.js';
import { formatBytes, formatCount, formatLatency } from './units.js';

/** A figure of disturbing clients as people read it. */
export interface DisturbanceRow {
  readonly name: string;
  readonly label: string;
  readonly value: number;
  readonly text: string;
}

/** `slowReadersP99Us` to "slow readers: p99" with its value in the unit that fits. */
export function disturbanceRows(figures: NonNullable<RunResult['disturbance']>): DisturbanceRow[] {
  return Object.entries(figures).map(([name, value]) => {
    const label = name
      .replace(/^(slowReaders|bigMessages|churn)(?=[A-Z])/, '$1: ')
      .replace(/(P\d+)Us$/, '$1')
      .replace(/([a-z])([A-Z])/g, '$1 $2')
      .toLowerCase();
    return { name, label, value, text: figureText(name, value) };
  });
}

function figureText(name: string, value: number): string {
  if (name.endsWith('Us')) return value === 0 ? '-' : formatLatency(value);
  return /Bytes/.test(name) ? formatBytes(value) : formatCount(value);
}
