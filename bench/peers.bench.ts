/**
 * Sluice beside other servers and gateways, on this machine, under the same load: the
 * ratios, with the bars of the throughput goals.
 *
 *     npm run bench:peers [-- --quick] [--only GROUP] [--json FILE] [--check]
 *
 * `--quick` takes under two minutes and is good for a first look; `--only` measures one
 * group (echo, process, round-trip, many-clients, many-shared) and may be repeated;
 * `--check` exits with 99 when a bar is not met. The table goes to stdout, JSON to
 * bench/results/peers.json or FILE.
 */
import { relative } from 'node:path';
import { oneOf } from '../src/options/value-readers.js';
import { assemble } from './comparison/assemble.js';
import { COMPARISONS } from './comparison/bars.js';
import { install } from './comparison/installation.js';
import { PEERS_RESULT, ROOT } from './comparison/paths.js';
import { plan } from './comparison/plan.js';
import { progress } from './comparison/progress.js';
import { writeResult } from './comparison/result.js';
import { type GroupOutcome, runGroup } from './comparison/run-group.js';
import { closeGuard } from './comparison/server-process.js';
import { renderText } from './comparison/table.js';
import { readJsonPath, readScriptArguments } from './script-arguments.js';

const EXIT_BAR_NOT_MET = 99;

const GROUP_NAMES = plan(false).map(({ name }) => name);

const { isQuick, only, json, isChecked } = readScriptArguments(
  {
    name: 'bench:peers',
    about: 'Measures Sluice beside other servers and gateways under the same load, with the bars.',
    takes: 'about 10 min, with --quick 3',
    options: {
      quick: { help: 'less of everything, for a first look' },
      only: { value: 'GROUP', multiple: true, help: GROUP_NAMES.join(', ') },
      json: { value: 'FILE', help: `the result [${relative(ROOT, PEERS_RESULT)}]` },
      check: { help: `exits with ${EXIT_BAR_NOT_MET} when a bar is not met` },
    },
  },
  (given) => ({
    isQuick: given.has('quick'),
    only: given.all('only').map((text) => oneOf(GROUP_NAMES)(text, '--only')),
    json: readJsonPath(given) ?? PEERS_RESULT,
    isChecked: given.has('check'),
  }),
);
const groups = plan(isQuick).filter(({ name }) => only.length === 0 || only.includes(name));

const say = progress();
// The guard ends the servers; process.exit is what makes it see our end.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const installation = install(say);
const outcomes: GroupOutcome[] = [];
try {
  for (const group of groups) {
    say(group.title);
    outcomes.push(await runGroup(group, isQuick, installation, say));
  }
} finally {
  installation.remove();
  closeGuard();
}
const result = assemble('peers', groups, outcomes, COMPARISONS, {
  isQuick,
  versions: installation.versions,
});
writeResult(json, result);
process.stdout.write(renderText(result));
if (isChecked && result.ratios.some(({ met }) => met === false)) {
  process.exitCode = EXIT_BAR_NOT_MET;
}
