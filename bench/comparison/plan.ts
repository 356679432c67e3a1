import {
  type Contender,
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
import { LARGE_BYTES, type Shape, type Timing } from './measure.js';

export type GroupName = 'echo' | 'process' | 'round-trip' | 'many-clients' | 'many-shared';

/** One server under one load; measured once in each round. */
export interface Trial {
  readonly contender: Contender;
  readonly shape: Shape;
}

/** Trials that are measured side by side, and may be compared with each other. */
export interface Group {
  readonly name: GroupName;
  readonly title: string;
  readonly trials: readonly Trial[];
  readonly rounds: number;
}

export const SIZES = [100, 1_200, 12_000, 122_000] as const;
/**
 * Requests above LARGE_BYTES keep a slow server busy for seconds: they are measured for so many
 * times as long.
 */
const LARGE_FACTOR = 2;

const load = (bytes: number, connections = 50, depth = 16): Shape => ({
  connections,
  depth,
  bytes,
});

/** Everything that `npm run bench:peers` measures. */
export function plan(isQuick: boolean): readonly Group[] {
  const rounds = isQuick ? 2 : 5;
  // Where fifty processes or thousands of clients take turns, rounds differ most.
  const roundsOfMany = isQuick ? 2 : 9;
  return [
    {
      name: 'echo',
      title: 'Echo, 50 connections, 16 deep',
      rounds,
      trials: cross(SIZES, [sluice, uwsRaw, uwsJson, wsJson, codex]),
    },
    {
      name: 'process',
      title: 'A stdio echo program behind the gateway, 50 connections, 16 deep',
      rounds: roundsOfMany,
      trials: [
        ...cross(SIZES.slice(0, 2), [sluiceShared]),
        ...cross(SIZES.slice(0, 1), [sluiceSharedTokens]),
        ...cross(SIZES.slice(0, 3), [sluiceSession, supergateway, websocketd, languageBridge]),
      ],
    },
    {
      name: 'round-trip',
      title: 'Round trip, 1 connection, 1 deep, 100 B',
      rounds,
      trials: [sluice, uwsRaw, wsJson, sluiceSession, websocketd].map((contender) => ({
        contender,
        shape: load(100, 1, 1),
      })),
    },
    {
      name: 'many-clients',
      title: 'Echo, many clients, 16 deep, 100 B',
      rounds: roundsOfMany,
      trials: [50, 5_000].flatMap((clients) =>
        [sluice, uwsRaw].map((contender) => ({ contender, shape: load(100, clients) })),
      ),
    },
    {
      name: 'many-shared',
      title: 'One shared process, many clients, 16 deep, 100 B',
      rounds,
      trials: [10, 1_000].map((clients) => ({
        contender: sluiceShared,
        shape: load(100, clients),
      })),
    },
  ];
}

export function timingOf(shape: Shape, isQuick: boolean): Timing {
  const factor = shape.bytes > LARGE_BYTES ? LARGE_FACTOR : 1;
  return isQuick
    ? { warmupMs: 200 * factor, durationMs: 400 * factor }
    : { warmupMs: 300 * factor, durationMs: 1_000 * factor };
}

function cross(sizes: readonly number[], contenders: readonly Contender[]): readonly Trial[] {
  return sizes.flatMap((bytes) =>
    contenders.map((contender) => ({ contender, shape: load(bytes) })),
  );
}
