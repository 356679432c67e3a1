/** What a run sends: plain data, so that it can be handed to a load thread. */

export type Dialect = '2.0' | 'lite';

/** How messages stand in the stream towards the server. */
export type Framing = 'websocket' | 'ndjson' | 'content-length';

export interface MessageSpec {
  readonly method: string;
  /** Absent where the message has no params. Strings in it may hold placeholders. */
  readonly params?: unknown;
  readonly isNotification: boolean;
  /** Share of this message in the mix, against the sum of all weights. */
  readonly weight: number;
  readonly expectedResult: ExpectedResultSpec | null;
}

/** The methods that requests call, each once, in the order of their first messages. */
export function requestMethods(messages: readonly MessageSpec[]): readonly string[] {
  const requests = messages.filter((message) => !message.isNotification);
  return [...new Set(requests.map(({ method }) => method))];
}

export type ExpectedResultSpec =
  | { readonly kind: 'equal'; readonly value: unknown }
  | { readonly kind: 'schema'; readonly schema: unknown };

/** A step of the handshake that each connection does before its load begins. */
export interface HandshakeStep {
  readonly method: string;
  readonly params?: unknown;
  readonly isNotification: boolean;
}

/** What is answered to a request of the server, by its method; `*` for all others. */
export type ServerAnswers = Readonly<Record<string, ServerAnswer>>;
export type ServerAnswer =
  | { readonly result: unknown }
  | { readonly error: { readonly code: number; readonly message: string } };

/** A message of a recording and when it is due, in milliseconds since the recording began. */
export interface RecordedMessage {
  /** Null: not timed; it is due when the one before it has been answered. */
  readonly atMs: number | null;
  readonly messageIndex: number;
}

export interface ThinkTime {
  readonly minMs: number;
  readonly maxMs: number;
}

/** Everything about the content of a run. */
export interface Workload {
  readonly dialect: Dialect;
  readonly handshake: readonly HandshakeStep[];
  readonly messages: readonly MessageSpec[];
  /** Replayed in order instead of the weighted mix; null for the mix. */
  readonly recording: readonly RecordedMessage[] | null;
  readonly thinkTime: ThinkTime | null;
  readonly answers: ServerAnswers;
  readonly seed: number;
  /** A frame that is the request itself, sent back, counts as its reply. */
  readonly allowEcho: boolean;
}
