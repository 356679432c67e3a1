import { ID_START, PARAMS_START, SPAN_A_START, SPAN_B_START } from '../../workers/batch-layout.js';
import { givenPartialToken, givenToken } from '../../workers/given-tokens.js';
import type { Batch, Span } from '../lane/batch.js';
import { findProcessIds } from './process-ids.js';
import type { RequestTable } from './request-table.js';
import { type Edit, splice } from './splice.js';

/** A message with an id, and where that stands. */
export interface IdentifiedMessage {
  readonly bytes: Uint8Array;
  readonly id: Span;
}

/** A client's request as it was sent, and where in it stands what is rewritten. */
export interface ClientRequest extends IdentifiedMessage {
  /** `progressToken` or `workDoneToken`; null: none that is a token. */
  readonly tokenA: Span | null;
  /** `partialResultToken`. */
  readonly tokenB: Span | null;
  /** Values that the server is not told: it gets null. */
  readonly hidden?: readonly Span[];
}

const NULL = Buffer.from('null');

/** The request that is frame `index`; its bytes are the batch's. */
export function requestOf(batch: Batch, index: number): ClientRequest {
  const bytes = batch.input(index);
  const id = batch.span(index, ID_START);
  const a = batch.span(index, SPAN_A_START);
  const b = batch.span(index, SPAN_B_START);
  return { bytes, id, tokenA: a.end === 0 ? null : a, tokenB: b.end === 0 ? null : b };
}

/** The request of a handshake that is frame `index`, with bytes of its own. */
export function handshakeRequestOf(batch: Batch, index: number): ClientRequest {
  const request = requestOf(batch, index);
  const bytes = new Uint8Array(request.bytes);
  return { ...request, bytes, hidden: findProcessIds(bytes, batch.span(index, PARAMS_START)) };
}

/**
 * The request with our `id`, and progress tokens made from it, as the workers write all but those
 * of a handshake.
 */
export function rewriteRequest(request: ClientRequest, id: number): Uint8Array {
  const { tokenA, tokenB } = request;
  const edits: Edit[] = [{ ...request.id, bytes: Buffer.from(String(id)) }];
  if (tokenA !== null) edits.push({ ...tokenA, bytes: Buffer.from(givenToken(id)) });
  if (tokenB !== null) edits.push({ ...tokenB, bytes: Buffer.from(givenPartialToken(id)) });
  for (const span of request.hidden ?? []) edits.push({ ...span, bytes: NULL });
  return splice(request.bytes, edits);
}

/** Keeps the request's own tokens, so that progress is told with them. */
export function keepTokens(table: RequestTable, id: number, request: ClientRequest): void {
  const { bytes, tokenA, tokenB } = request;
  if (tokenA !== null) table.addExtra(id, { tokenA: bytes.slice(tokenA.start, tokenA.end) });
  if (tokenB !== null) table.addExtra(id, { tokenB: bytes.slice(tokenB.start, tokenB.end) });
}
