import type { ConnectReport, SecondPoint, ThreadOutcome } from './thread-plan.js';

/** What the benchmark and its load workers say to each other. */
export type ToLoadWorker =
  | { readonly kind: 'connect' }
  | { readonly kind: 'run'; readonly startEpochMs: number }
  | { readonly kind: 'abandon' }
  | { readonly kind: 'stop' }
  | { readonly kind: 'close' };

export type FromLoadWorker =
  | { readonly kind: 'connected'; readonly report: ConnectReport }
  | { readonly kind: 'second'; readonly point: SecondPoint }
  | { readonly kind: 'outcome'; readonly outcome: ThreadOutcome }
  | { readonly kind: 'closed' };
