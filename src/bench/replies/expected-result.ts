import { isDeepStrictEqual } from 'node:util';
import type { ExpectedResultSpec } from '../payload/message-spec.js';
import { conforms } from './json-schema.js';

/**
 * Whether the result in [start, end) is what --expect-result asks for. Parses it, so it
 * costs; replies that are equal to an earlier one are not asked again (see reply-shape).
 * An absent result (an empty span) is never what was expected.
 */
export function isExpectedResult(
  expected: ExpectedResultSpec,
  bytes: Buffer,
  start: number,
  end: number,
): boolean {
  if (end <= start) return false;
  const value: unknown = JSON.parse(bytes.toString('utf8', start, end));
  return expected.kind === 'equal'
    ? isDeepStrictEqual(value, expected.value)
    : conforms(value, expected.schema);
}
