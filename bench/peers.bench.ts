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
import { parseArgs } from 'node:util';
import { assemble } from './comparison/assemble.js';
import { COMPARISONS } from './comparison/bars.js';
import { install } from './comparison/installation.js';
import { PEERS_RESULT } from './comparison/paths.js';
import { plan } from './comparison/plan.js';
import { progress } from './comparison/progress.js';
import { writeResult } from './comparison/result.js';
import { type GroupOutcome, runGroup } from './comparison/run-group.js';
import { closeGuard } from './comparison/server-process.js';
import { renderText } from './comparison/table.js';

const EXIT_BAR_NOT_MET = 99;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
    json: { type: 'string', default: PEERS_RESULT },
    check: { type: 'boolean', default: false },
  },
});
const groups = plan(values.quick).filter(({ name }) => values.only?.includes(name) ?? true);
if (groups.length === 0) {
  throw new Error(
    `--only knows ${plan(values.quick)
      .map(({ name }) => name)
      .join(', ')}`,
  );
}

const say = progress();
// The guard ends the servers; process.exit is what makes it see our end.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const installation = install(say);
const outcomes: GroupOutcome[] = [];
try {
  for (const group of groups) {
    say(group.title);
    outcomes.push(await runGroup(group, values.quick, installation, say));
  }
} finally {
  installation.remove();
  closeGuard();
}
const result = assemble('peers', groups, outcomes, COMPARISONS, {
  isQuick: values.quick,
  versions: installation.versions,
});
writeResult(values.json, result);
process.stdout.write(renderText(result));
if (values.check && result.ratios.some(({ met }) => met === false)) {
  process.exitCode = EXIT_BAR_NOT_MET;
}
