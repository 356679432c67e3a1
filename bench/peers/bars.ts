/** What Sluice has to reach beside a peer, in times the peer's rate in the same run. */
export interface Bar {
  readonly group: string;
  readonly peer: string;
  /** At least, by request size in bytes. */
  readonly atLeast: Readonly<Record<number, number>>;
}

export const BARS: readonly Bar[] = [
  {
    group: 'echo',
    peer: 'ws + JSON',
    atLeast: { 100: 7, 1200: 7, 12000: 7, 122000: 7 },
  },
  {
    group: 'echo',
    peer: 'codex exec-server (Rust)',
    atLeast: { 100: 1.6, 1200: 3, 12000: 4, 122000: 5 },
  },
  {
    group: 'echo',
    peer: 'raw uWebSockets.js',
    atLeast: { 100: 0.5, 1200: 0.4, 12000: 0.35, 122000: 0.3 },
  },
  { group: 'process', peer: 'supergateway', atLeast: { 100: 8, 1200: 8, 12000: 8 } },
  { group: 'process', peer: 'websocketd', atLeast: { 100: 2, 1200: 1.2 } },
  { group: 'shared', peer: 'supergateway', atLeast: { 100: 8, 1200: 8 } },
  { group: 'shared', peer: 'websocketd', atLeast: { 100: 2.5, 1200: 1.8 } },
];
