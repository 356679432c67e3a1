import type { Dialect } from './message-spec.js';

/** What is filled into a template for each message. */
export const HOLE_ID = 0;
export const HOLE_CONNECTION = 1;
export const HOLE_SEQUENCE = 2;
export const HOLE_RANDOM = 3;
type Hole = typeof HOLE_ID | typeof HOLE_CONNECTION | typeof HOLE_SEQUENCE | typeof HOLE_RANDOM;

/** Fixed bytes and holes of a message, in order. */
export type TemplatePart = Buffer | Hole;

const HOLES: Readonly<Record<string, Hole>> = {
  id: HOLE_ID,
  connection: HOLE_CONNECTION,
  sequence: HOLE_SEQUENCE,
  random: HOLE_RANDOM,
};

/** The id's place while the message is JSON text. No params can hold it: it is written raw. */
const ID_MARK = '{{id}}';
/**
 * A whole string that is a placeholder stands for the number; `:string` keeps the quotes,
 * and so does a member's name.
 */
const WHOLE = /"\{\{(connection|sequence|random)\}\}"(?!:)/g;
const KEPT = /\{\{(connection|sequence|random):string\}\}/g;
const PLACEHOLDER = /\{\{(id|connection|sequence|random)\}\}/;

/**
 * A request or notification as bytes with holes. `{{connection}}`, `{{sequence}}` and
 * `{{random}}` in strings of the params become numbers that are filled in on sending.
 */
export function requestTemplate(
  dialect: Dialect,
  method: string,
  params: unknown,
  isNotification: boolean,
): readonly TemplatePart[] {
  const version = dialect === '2.0' ? '"jsonrpc":"2.0",' : '';
  const id = isNotification ? '' : `"id":${ID_MARK},`;
  const rest = params === undefined ? '' : `,"params":${paramsText(params)}`;
  // A method's name is sent as it is, whatever it looks like.
  const name = JSON.stringify(method).replaceAll('{{', '\\u007b{');
  return splitTemplate(`{${version}${id}"method":${name}${rest}}`);
}

/** Bytes of the message once its holes are filled with numbers of `holeDigits` digits. */
export function templateLength(parts: readonly TemplatePart[], holeDigits: number): number {
  let length = 0;
  for (const part of parts) length += typeof part === 'number' ? holeDigits : part.length;
  return length;
}

function paramsText(params: unknown): string {
  return (
    JSON.stringify(params)
      .replace(WHOLE, '{{$1}}')
      .replace(KEPT, '{{$1}}')
      // An {{id}} of the params is the user's own text, not the hole for the id.
      .replaceAll(ID_MARK, '\\u007b{id}}')
  );
}

function splitTemplate(text: string): readonly TemplatePart[] {
  const parts: TemplatePart[] = [];
  // split() with a group alternates literal text and the group's name.
  text.split(PLACEHOLDER).forEach((piece, i) => {
    if (i % 2 === 1) parts.push(HOLES[piece]!);
    else if (piece !== '') parts.push(Buffer.from(piece));
  });
  return parts;
}
