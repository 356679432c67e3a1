import { BARS } from './bars.js';

interface PeerFigures {
  readonly name: string;
  readonly perSecond: readonly number[];
  readonly p50Us: readonly number[];
  readonly medianPerSecond: number;
  readonly medianP50Us: number;
  /** Why a run failed; null where all passed. */
  readonly failure: string | null;
}

/** All peers under one shape of load. */
export interface Comparison {
  readonly group: string;
  readonly bytes: number;
  readonly connections: number;
  readonly depth: number;
  readonly results: readonly PeerFigures[];
}

const HEAD = ['load', 'request', 'server', 'replies/s', 'p50', 'Sluice is', 'wanted'];

/** One Markdown table of ratios, with the bars beside them. */
export function comparisonTable(comparisons: readonly Comparison[]): string {
  const rows = comparisons.flatMap((comparison) => rowsOf(comparison));
  const lines = [HEAD, HEAD.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return lines.join('\n');
}

function rowsOf({ group, bytes, results }: Comparison): string[][] {
  const own = results.find(({ name }) => name === 'sluice');
  return results.map((peer) => {
    const ratio = own === undefined ? 0 : own.medianPerSecond / peer.medianPerSecond;
    const bar = BARS.find((known) => known.group === group && known.peer === peer.name);
    const atLeast = bar?.atLeast[bytes];
    const met = atLeast !== undefined && ratio >= atLeast ? 'met' : 'not met';
    return [
      group,
      `${bytes} B`,
      peer.name,
      peer.failure === null ? Math.round(peer.medianPerSecond).toLocaleString('en') : peer.failure,
      `${peer.medianP50Us} us`,
      peer.name === 'sluice' ? '' : `${ratio.toFixed(2)} times`,
      atLeast === undefined ? '' : `${atLeast}: ${met}`,
    ];
  });
}
