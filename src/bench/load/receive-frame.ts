import { isExpectedResult } from '../replies/expected-result.js';
import { type FlightTable, NO_SLOT } from '../replies/flight-table.js';
import type { FrameKind } from '../replies/reply-scanner.js';
import { HANDSHAKE_MESSAGE } from './handshake.js';
import type { LoadContext } from './load-context.js';

/** What the client has to do about a frame. */
export type FrameOutcome = 'settled' | 'ignored' | 'handshake' | 'server-request';

/**
 * Checks one frame from the server and has it counted: exactly one reply for each
 * request, with the id in the very bytes that were sent, and valid JSON. A frame that
 * equals an earlier one in all but the id (see ReplyShapes) is not scanned again.
 */
export function receiveFrame(
  context: LoadContext,
  flights: FlightTable,
  bytes: Buffer,
  start: number,
  end: number,
): FrameOutcome {
  const { shapes } = context;
  const id = shapes.match(bytes, start, end);
  if (id !== -1) {
    const slot = flights.find(id);
    // The shape's verdict on content holds for replies to the same message only.
    if (slot !== NO_SLOT && flights.message[slot] === shapes.message) {
      return settle(context, flights, slot, shapes.kind, shapes.isExpected);
    }
  }
  return receiveUnknown(context, flights, bytes, start, end);
}

function receiveUnknown(
  context: LoadContext,
  flights: FlightTable,
  bytes: Buffer,
  start: number,
  end: number,
): FrameOutcome {
  const { scanner, shapes, recorder, workload } = context;
  scanner.scan(bytes, start, end);
  const { kind, id } = scanner;
  if (kind === 'notification') return 'ignored';
  if (kind === 'bad') {
    recorder.fail('parseErrors');
    recorder.explain(`a reply is ${scanner.reason}`);
    return 'ignored';
  }
  const slot = flights.find(id);
  if (kind === 'request' && !(workload.allowEcho && slot !== NO_SLOT)) {
    return onServerRequest(context, slot, bytes);
  }
  if (slot === NO_SLOT) {
    countStray(context, flights, id, bytes.toString('latin1', scanner.idStart, scanner.idEnd));
    return 'ignored';
  }
  const message = flights.message[slot]!;
  if (message === HANDSHAKE_MESSAGE) {
    flights.release(slot);
    return 'handshake';
  }
  const expected = workload.messages[message]!.expectedResult;
  const isExpected =
    expected === null ||
    kind === 'error' ||
    isExpectedResult(expected, bytes, scanner.resultStart, scanner.resultEnd);
  shapes.learn(bytes, start, end, scanner.idStart, scanner.idEnd, kind, message, isExpected);
  return settle(context, flights, slot, kind, isExpected);
}

function settle(
  context: LoadContext,
  flights: FlightTable,
  slot: number,
  kind: FrameKind,
  isExpected: boolean,
): FrameOutcome {
  const { recorder, isOpen, readAtUs } = context;
  const dueUs = flights.dueUs[slot]!;
  const sentUs = flights.sentUs[slot]!;
  const countedUs = isOpen ? dueUs : sentUs;
  if (readAtUs - sentUs > context.timeoutUs) {
    if (recorder.isMeasured(countedUs)) recorder.fail('timeouts');
    recorder.onLate({ message: flights.message[slot]!, dueUs, sentUs }, readAtUs, isOpen);
    flights.release(slot);
    return 'settled';
  }
  recorder.onReply(flights.message[slot]!, readAtUs, countedUs, isOpen ? sentUs : null);
  if ((kind === 'error' || !isExpected) && recorder.isMeasured(countedUs)) {
    recorder.fail(kind === 'error' ? 'errorReplies' : 'wrongResults');
  }
  flights.release(slot);
  return 'settled';
}

function onServerRequest(context: LoadContext, slot: number, bytes: Buffer): FrameOutcome {
  if (slot === NO_SLOT) return 'server-request';
  // A request with an id of ours that is in flight is either a coincidence (servers count
  // from 1 too) or an echo. Answering an echo would make it echo the answer for ever.
  if (!isOwnMethod(context, bytes)) return 'server-request';
  context.recorder.fail('foreign');
  context.recorder.explain(
    'the server sends requests back as they are; allow it with --allow-echo',
  );
  return 'ignored';
}

function isOwnMethod({ scanner, workload }: LoadContext, bytes: Buffer): boolean {
  const method = bytes.toString('utf8', scanner.methodStart, scanner.methodEnd);
  return workload.messages.some((message) => JSON.stringify(message.method) === method);
}

/** A reply that belongs to no request in flight: a second one, a late one, or nobody's. */
function countStray(context: LoadContext, flights: FlightTable, id: number, idText: string): void {
  const { recorder, isOpen, readAtUs } = context;
  const late = flights.takeLate(id);
  if (late !== null) {
    recorder.onLate(late, readAtUs, isOpen);
  } else if (flights.wasUsed(id)) {
    // One example will do: a server that repeats one reply repeats thousands.
    if (recorder.failures.repeated === 0) {
      recorder.explain(`a second reply came with id ${idText.slice(0, 40)}`);
    }
    recorder.fail('repeated');
  } else {
    recorder.fail('foreign');
    recorder.explain(`a reply came with id ${idText.slice(0, 40)}, which was never sent`);
  }
}
