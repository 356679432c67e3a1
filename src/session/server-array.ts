import { MAX_SERVER_ARRAY_ELEMENTS } from '../limits.js';

/** Who hears of a server's array that does not go on. */
interface ArrayReader {
  /** It is nothing that anybody could use. */
  noise(reason: string): void;
  /** It has more messages than may be delivered. */
  tooBig(reason: string): void;
}

/**
 * Whether the elements of a server's array of `count` go on: as messages like any other, for the
 * server has got no arrays to answer.
 */
export function takesServerArray(reader: ArrayReader, count: number): boolean {
  if (count === 0) reader.noise('an empty array');
  else if (count <= MAX_SERVER_ARRAY_ELEMENTS) return true;
  else reader.tooBig(`the server sent an array of ${count} messages`);
  return false;
}
