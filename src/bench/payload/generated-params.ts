import { Random } from '../statistics/random.js';
import type { Dialect } from './message-spec.js';
import { requestTemplate, templateLength } from './message-template.js';

/** Digits that the id of a typical request has; the size is exact for such a one. */
const TYPICAL_ID_DIGITS = 6;
const WORDS =
  'alpha bravo copper delta ember falcon granite harbor indigo jasper kernel lumen meadow nimbus orchid prairie quartz river summit tundra umber violet willow zephyr café naïve Größe 東京'.split(
    ' ',
  );

/** The least that `--payload-size` can be: a request whose params are one empty member. */
export function smallestRequestBytes(dialect: Dialect, method: string): number {
  const template = requestTemplate(dialect, method, { pad: '' }, false);
  return templateLength(template, TYPICAL_ID_DIGITS);
}

/**
 * Nested params such as servers really see (records with strings, numbers, flags,
 * arrays, escapes and some non-ASCII text), so that the whole request has `bytes`
 * bytes. The same seed and size give the same params.
 */
export function generateParams(
  bytes: number,
  dialect: Dialect,
  method: string,
  seed: number,
): Record<string, unknown> {
  const random = new Random(seed);
  const params: Record<string, unknown> = {};
  const items: unknown[] = [];
  const sizeNow = (): number =>
    templateLength(requestTemplate(dialect, method, params, false), TYPICAL_ID_DIGITS);
  // A record has about 200 bytes; stop while there is room for the padding member.
  const padRoom = ',"pad":""'.length;
  if (bytes - sizeNow() > 400) {
    params.items = items;
    let used = sizeNow();
    for (;;) {
      const item = record(random, items.length);
      const cost = Buffer.byteLength(JSON.stringify(item)) + 1;
      if (used + cost + padRoom > bytes) break;
      items.push(item);
      used += cost;
    }
  }
  params.pad = '';
  const missing = bytes - sizeNow();
  if (missing < 0) delete params.pad;
  else params.pad = padding(random, missing);
  return params;
}

function record(random: Random, index: number): Record<string, unknown> {
  return {
    id: random.nextUint32(),
    index,
    name: `${word(random)} ${word(random)}`,
    active: random.nextBelow(2) === 1,
    score: Math.round(random.nextUnit() * 1e6) / 1e3,
    tags: [word(random), word(random), word(random)],
    position: { line: random.nextBelow(5_000), character: random.nextBelow(120) },
    note: `a "quoted" ${word(random)}\n\tand ${word(random)}`,
    parent:
      random.nextBelow(4) === 0 ? null : { uri: `file:///src/${word(random)}.ts`, range: [0, 7] },
  };
}

/** `bytes` bytes of lower-case words. */
function padding(random: Random, bytes: number): string {
  let text = '';
  while (text.length < bytes) text += `${WORDS[random.nextBelow(20)]!} `;
  return text.slice(0, bytes);
}

function word(random: Random): string {
  return WORDS[random.nextBelow(WORDS.length)]!;
}
