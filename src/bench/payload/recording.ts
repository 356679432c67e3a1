import { usageError } from '../../errors.js';
import { readJson } from '../options/json-argument.js';
import type { MessageSpec, RecordedMessage } from './message-spec.js';

/** A recording and the messages in it. */
export interface Recording {
  readonly messages: readonly MessageSpec[];
  readonly recording: readonly RecordedMessage[];
}

interface RecordedLine {
  readonly atMs: number | null;
  readonly message: Record<string, unknown>;
}

/**
 * Reads an ndjson recording of what a client sent. A line is `{"atMs": 120, "message":
 * {...}}`, or the message alone where no timing was kept (then each is sent when the one
 * before it has been answered). Ids are ours when it is replayed; replies that the
 * client sent are left out. @throws SluiceError SLUICE_ERR_USAGE with the line's number.
 */
export function parseRecording(text: string, path: string): Recording {
  const messages: MessageSpec[] = [];
  const recording: RecordedMessage[] = [];
  let isTimed: boolean | null = null;
  let latestMs = 0;
  text.split('\n').forEach((line, i) => {
    if (line.trim() === '') return;
    const where = `${path}, line ${i + 1}`;
    const { atMs, message } = parseLine(line, where);
    if (isReply(message)) return;
    const { method } = message;
    if (method === undefined) throw usageError(`${where}: "method" is missing`);
    if (typeof method !== 'string') throw usageError(`${where}: "method" is not a string`);
    isTimed ??= atMs !== null;
    if (isTimed !== (atMs !== null)) throw usageError(`${where}: "atMs" is on some lines only`);
    if (atMs !== null && atMs < latestMs) throw usageError(`${where}: "atMs" goes backwards`);
    latestMs = atMs ?? 0;
    recording.push({ atMs, messageIndex: messages.length });
    messages.push(specOf(message, method));
  });
  if (!messages.some((message) => !message.isNotification)) {
    throw usageError(`${path} holds no request`);
  }
  const firstMs = recording[0]!.atMs ?? 0;
  return {
    messages,
    recording: recording.map(({ atMs, messageIndex }) => ({
      atMs: atMs === null ? null : atMs - firstMs,
      messageIndex,
    })),
  };
}

function parseLine(line: string, where: string): RecordedLine {
  const value = readJson(line, where);
  if (!isObject(value)) throw usageError(`${where}: not an object`);
  if (!('message' in value)) {
    // No message has this member: the line was to be one with a time.
    if ('atMs' in value) throw usageError(`${where}: "message" is missing`);
    return { atMs: null, message: value };
  }
  const { atMs, message } = value;
  if (!isObject(message)) throw usageError(`${where}: "message" is not an object`);
  if (typeof atMs !== 'number' || !(atMs >= 0)) {
    throw usageError(`${where}: "atMs" is not a time in milliseconds`);
  }
  return { atMs, message };
}

function specOf(message: Record<string, unknown>, method: string): MessageSpec {
  return {
    method,
    ...('params' in message ? { params: message.params } : {}),
    isNotification: !('id' in message),
    weight: 1,
    expectedResult: null,
  };
}

/** What a client answers to a server's request. */
function isReply(message: Record<string, unknown>): boolean {
  return !('method' in message) && ('result' in message || 'error' in message);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
