import fc from 'fast-check';

/** Generated frames: JSON-RPC messages in every spelling, and what is nearly one. */

const space = fc.constantFrom('', '', '', '', ' ', '\n', '\r\n', '\t', '  \n   ');
const escapeText = fc.constantFrom(
  ...[
    '\\"',
    '\\\\',
    '\\/',
    '\\b',
    '\\n',
    '\\u0000',
    '\\u0069',
    '\\uD83D\\uDE00',
    '\\ud800',
    '\\uDfFf',
  ],
);
const plain = fc.stringMatching(/^[ !#-[\]-~]{0,20}$/);
const wide = fc.constantFrom('é', '€', '😀', '\u2028', '\ufeff', '\x7f', '\u{10ffff}');
const longText = fc.integer({ min: 10, max: 90 }).map((length) => 'x'.repeat(length));

/** A JSON string literal. */
export const stringText = fc
  .array(fc.oneof(plain, escapeText, wide, { arbitrary: longText, weight: 1 }), { maxLength: 4 })
  .map((parts) => `"${parts.join('')}"`);

/** A JSON number in any spelling, of any size. */
export const numberText = fc.oneof(
  fc.integer().map(String),
  fc.stringMatching(/^-?(0|[1-9]\d{0,30})(\.\d{1,20})?([eE][+-]?\d{1,4})?$/),
);

const scalarText = fc.oneof(stringText, numberText, fc.constantFrom('true', 'false', 'null'));

function spaced(parts: readonly string[], open: string, close: string, gap: string): string {
  return `${open}${gap}${parts.join(`${gap},${gap}`)}${gap}${close}`;
}

/** Any JSON value, nested. */
export const valueText = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalarText,
    fc
      .tuple(fc.array(tie('value'), { maxLength: 5 }), space)
      .map(([items, gap]) => spaced(items, '[', ']', gap)),
    fc
      .tuple(fc.array(fc.tuple(stringText, tie('value')), { maxLength: 5 }), space)
      .map(([members, gap]) =>
        spaced(
          members.map(([key, value]) => `${key}${gap}:${gap}${value}`),
          '{',
          '}',
          gap,
        ),
      ),
  ),
})).value;

const NAMES = ['id', 'method', 'params', 'result', 'error', 'jsonrpc', 'trace'] as const;

/** A member name as a JSON string, some of its letters as escapes. */
const nameText = fc
  .tuple(fc.constantFrom(...NAMES), fc.oneof({ arbitrary: fc.constant(0), weight: 6 }, fc.nat(127)))
  .map(([name, escaped]) => {
    const letters = Array.from(name, (letter, k) =>
      (escaped >> k) & 1 ? `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}` : letter,
    );
    return `"${letters.join('')}"`;
  });

const errorText = fc
  .tuple(numberText, stringText, fc.option(valueText), fc.boolean())
  .map(([code, message, data, messageFirst]) => {
    const members = [`"code":${code}`, `"message":${message}`];
    if (messageFirst) members.reverse();
    if (data !== null) members.push(`"data":${data}`);
    return `{${members.join(',')}}`;
  });

const idText = fc.oneof(numberText, stringText);

/** Objects that look like messages; most of them are, some repeat a member or lack one. */
export const messageText = fc
  .tuple(
    fc.oneof(
      fc
        .tuple(idText, stringText, valueText)
        .map(([id, method, params]) => [`"id":${id}`, `"method":${method}`, `"params":${params}`]),
      fc.tuple(stringText).map(([method]) => [`"method":${method}`]),
      fc.tuple(idText, valueText).map(([id, result]) => [`"id":${id}`, `"result":${result}`]),
      fc
        .tuple(fc.oneof(idText, fc.constant('null')), errorText)
        .map(([id, error]) => [`"id":${id}`, `"error":${error}`]),
      fc.constant([]),
    ),
    fc.array(
      fc.tuple(fc.oneof(nameText, stringText), valueText).map(([k, v]) => `${k}:${v}`),
      { maxLength: 2 },
    ),
    fc.boolean(),
    space,
  )
  .map(([form, others, othersFirst, gap]) => {
    const members = othersFirst ? [...others, ...form] : [...form, ...others];
    return `${gap}${spaced(members, '{', '}', gap)}${gap}`;
  });

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Bytes of a message with a few bytes changed, inserted, removed or cut off. */
export const mutatedBytes = fc
  .tuple(
    messageText,
    fc.array(
      fc.record({
        at: fc.nat(),
        what: fc.constantFrom('set', 'insert', 'remove', 'truncate'),
        byte: fc.oneof(fc.constantFrom(...utf8('"\\{}[],:0-e. \n\t\u007fu')), fc.nat(255)),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  )
  .map(([text, changes]) => {
    let bytes = utf8(text);
    for (const { at, what, byte } of changes) {
      const cut = at % (bytes.length + 1);
      const tail = bytes.subarray(what === 'insert' ? cut : cut + 1);
      const middle = what === 'remove' ? [] : [byte];
      bytes =
        what === 'truncate'
          ? bytes.slice(0, cut)
          : Uint8Array.from([...bytes.subarray(0, cut), ...middle, ...tail]);
    }
    return bytes;
  });

/** Any bytes, many of them from JSON's own alphabet. */
export const randomBytes = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc
    .array(fc.constantFrom(...Array.from('{}[],:"\\ \n0123eE+-.truefalsnullid')), {
      maxLength: 100,
    })
    .map((letters) => utf8(letters.join(''))),
);

/** Bytes of any of the above. */
export const frameBytes = fc.oneof(
  { arbitrary: messageText.map(utf8), weight: 4 },
  { arbitrary: mutatedBytes, weight: 4 },
  { arbitrary: valueText.map(utf8), weight: 1 },
  { arbitrary: randomBytes, weight: 2 },
);
