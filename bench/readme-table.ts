/**
 * Writes the tables of the last `npm run bench:peers` into README.md, between its markers.
 *
 *     npm run bench:readme
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PEERS_RESULT, ROOT } from './comparison/paths.js';
import { readResult } from './comparison/result.js';
import { renderMarkdown } from './comparison/table.js';
import { readScriptArguments } from './script-arguments.js';

const BEGIN = '<!-- bench:peers -->';
const END = '<!-- /bench:peers -->';

readScriptArguments(
  {
    name: 'bench:readme',
    about: 'Writes the tables of the last npm run bench:peers into README.md. Measures nothing.',
    takes: 'a moment',
    options: {},
  },
  () => undefined,
);
const path = join(ROOT, 'README.md');
const readme = readFileSync(path, 'utf8');
const begin = readme.indexOf(BEGIN);
const end = readme.indexOf(END);
if (begin === -1 || end < begin) {
  throw new Error(`README.md has no place for the tables: it needs ${BEGIN} and ${END}`);
}
const tables = renderMarkdown(readResult(PEERS_RESULT));
writeFileSync(path, `${readme.slice(0, begin + BEGIN.length)}\n\n${tables}\n${readme.slice(end)}`);
