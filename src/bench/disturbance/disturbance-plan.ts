import type { DisturbanceOptions } from '../options/bench-options.js';
import type { Workload } from '../payload/message-spec.js';
import type { WebSocketTarget } from '../transport/target.js';

/** What the disturbing clients are to do: plain data. */
export interface DisturbancePlan {
  readonly target: WebSocketTarget;
  /** Of the measured load: disturbing clients do the same handshake and send the same messages. */
  readonly workload: Workload;
  readonly clients: DisturbanceOptions;
}

/** Their figures, by a name that says whose and what: `churnConnections`, `bigMessagesP99Us`. */
export type DisturbanceFigures = Readonly<Record<string, number>>;

export type FromDisturbanceWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'figures'; readonly figures: DisturbanceFigures };
