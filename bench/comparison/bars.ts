import {
  codex,
  languageBridge,
  sluice,
  sluiceSession,
  sluiceShared,
  sluiceSharedTokens,
  supergateway,
  uwsJson,
  uwsRaw,
  websocketd,
  wsJson,
} from './contenders.js';
import { type GroupName, SIZES } from './plan.js';

/** What a ratio has to be. */
export type Bar = { readonly atLeast: number } | { readonly atMost: number };

/** One side of a comparison: a contender in a group, at a size and with so many clients. */
export interface Side {
  readonly contender: string;
  readonly bytes: number;
  readonly connections: number;
}

/** A ratio that is asked for: `of` divided by `to`, round by round. */
export interface Comparison {
  readonly group: GroupName;
  /** What the ratio says, to stand before its figures. */
  readonly label: string;
  readonly figure: 'perSecond' | 'p50Us';
  readonly of: Side;
  readonly to: Side;
  /** Null: for information. */
  readonly bar: Bar | null;
}

const times = (atLeast: number): Bar => ({ atLeast });

/** The comparisons of the throughput goals, with their bars by size. */
export const COMPARISONS: readonly Comparison[] = [
  ...bySize('echo', sluice.name, wsJson.name, [7, 7, 7, 7]),
  ...bySize('echo', sluice.name, codex.name, [1.6, 3, 4, 5]),
  ...bySize('echo', sluice.name, uwsRaw.name, [0.5, 0.4, 0.35, 0.3]),
  ...bySize('echo', sluice.name, uwsJson.name, [null, null, null, null]),
  ...bySize('process', sluiceSession.name, supergateway.name, [8, 8, 8]),
  ...bySize('process', sluiceSession.name, websocketd.name, [2, 1.2, null]),
  ...bySize('process', sluiceSession.name, languageBridge.name, [null, null, null]),
  ...bySize('process', sluiceShared.name, supergateway.name, [8, 8]),
  ...bySize('process', sluiceShared.name, websocketd.name, [2.5, 1.8]),
  ...bySize('process', sluiceSharedTokens.name, sluiceShared.name, [null]),
  roundTrip(sluice.name, uwsRaw.name, { atMost: 1.5 }),
  roundTrip(sluice.name, wsJson.name, null),
  roundTrip(sluiceSession.name, websocketd.name, { atMost: 1 }),
  clients('many-clients', sluice.name, 5_000, 50, times(0.85)),
  clients('many-clients', uwsRaw.name, 5_000, 50, null),
  clients('many-shared', sluiceShared.name, 1_000, 10, times(0.8)),
];

/** The same comparison at each of the first SIZES, as many as there are bars. */
export function bySize(
  group: GroupName,
  of: string,
  to: string,
  bars: readonly (number | null)[],
): readonly Comparison[] {
  return bars.map((bar, k) => ({
    group,
    label: `${of} / ${to}`,
    figure: 'perSecond',
    of: { contender: of, bytes: SIZES[k]!, connections: 50 },
    to: { contender: to, bytes: SIZES[k]!, connections: 50 },
    bar: bar === null ? null : times(bar),
  }));
}

function roundTrip(of: string, to: string, bar: Bar | null): Comparison {
  const side = (contender: string): Side => ({ contender, bytes: 100, connections: 1 });
  return {
    group: 'round-trip',
    label: `${of} / ${to}`,
    figure: 'p50Us',
    of: side(of),
    to: side(to),
    bar,
  };
}

function clients(
  group: GroupName,
  contender: string,
  many: number,
  few: number,
  bar: Bar | null,
): Comparison {
  return {
    group,
    label: `${contender}: ${many} clients / ${few}`,
    figure: 'perSecond',
    of: { contender, bytes: 100, connections: many },
    to: { contender, bytes: 100, connections: few },
    bar,
  };
}
