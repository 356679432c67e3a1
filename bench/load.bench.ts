/**
 * Sluice's echo, a server behind `ws://`, and echoes written with the library, beside the plain
 * `ws` + JSON.parse + JSON.stringify server, one after the other in each round, through the engine
 * of `sluice bench`.
 *
 *     npm run bench:load [-- --json FILE]
 *
 * The quick comparison that needs nothing but this repository; `npm run bench:peers` is the whole
 * one.
 */
import { assemble } from './comparison/assemble.js';
import { bySize } from './comparison/bars.js';
import {
  libraryUws,
  libraryWs,
  sluice,
  sluiceToWebSocket,
  wsJson,
} from './comparison/contenders.js';
import { NOTHING_INSTALLED } from './comparison/installation.js';
import { type Group, SIZES } from './comparison/plan.js';
import { progress } from './comparison/progress.js';
import { writeResult } from './comparison/result.js';
import { runGroup } from './comparison/run-group.js';
import { closeGuard } from './comparison/server-process.js';
import { renderText } from './comparison/table.js';
import { JSON_OPTION, readJsonPath, readScriptArguments } from './script-arguments.js';

const json = readScriptArguments(
  {
    name: 'bench:load',
    about:
      "Measures Sluice's echo, a server behind ws://, and echoes written with the library, beside the\n" +
      'plain ws + JSON server.',
    takes: 'about 90 s',
    options: JSON_OPTION,
  },
  readJsonPath,
);

/** Times the plain server, at 100 B and 1.2 KB. */
const WANTED = new Map([
  [sluice, [2, 2]],
  [sluiceToWebSocket, [1.5, 1.5]],
  [libraryUws, [2, 1.2]],
  [libraryWs, [1.5, 1]],
]);

const group: Group = {
  name: 'echo',
  title: 'Echo, 50 connections, 16 deep',
  rounds: 5,
  trials: SIZES.slice(0, 2).flatMap((bytes) =>
    [...WANTED.keys(), wsJson].map((contender) => ({
      contender,
      shape: { connections: 50, depth: 16, bytes },
    })),
  ),
};
const outcome = await runGroup(group, false, NOTHING_INSTALLED, progress());
closeGuard();
const comparisons = [...WANTED].flatMap(([contender, wanted]) =>
  bySize('echo', contender.name, wsJson.name, wanted),
);
const result = assemble('load', [group], [outcome], comparisons, { isQuick: false, versions: {} });
if (json !== null) writeResult(json, result);
process.stdout.write(renderText(result));
