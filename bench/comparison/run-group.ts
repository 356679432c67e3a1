import { formatRate } from '../../src/bench/report/units.js';
import type { Contender } from './contenders.js';
import type { Installation } from './installation.js';
import { measure, type Sample } from './measure.js';
import { type Group, type Trial, timingOf } from './plan.js';
import type { ComparisonResult, Series } from './result.js';
import { ServerProcess } from './server-process.js';

type Say = (line: string) => void;

/** What a group's rounds gave, and who could not take part. */
export interface GroupOutcome {
  readonly series: readonly Series[];
  readonly leftOut: ComparisonResult['leftOut'];
}

/**
 * Measures a group: its servers run side by side, idle but for the one that is measured,
 * and take their turns within each round, so that the machine's mood hits all alike. Who
 * begins changes with the round. A trial that failed is not tried again.
 */
export async function runGroup(
  group: Group,
  isQuick: boolean,
  installation: Installation,
  say: Say,
): Promise<GroupOutcome> {
  const servers = new Map<Contender, ServerProcess>();
  const leftOut: { contender: string; why: string }[] = [];
  try {
    for (const contender of new Set(group.trials.map((trial) => trial.contender))) {
      const why = await startOne(contender, installation, servers);
      if (why === null) continue;
      say(`${contender.name} is left out: ${why}`);
      leftOut.push({ contender: contender.name, why });
    }
    const trials = group.trials.filter(({ contender }) => servers.has(contender));
    return { series: await runRounds(group, trials, servers, isQuick, say), leftOut };
  } finally {
    await Promise.all([...servers.values()].map((server) => server.stop()));
  }
}

/** Why it could not be started; null when it runs. */
async function startOne(
  contender: Contender,
  installation: Installation,
  servers: Map<Contender, ServerProcess>,
): Promise<string | null> {
  const missing = contender.missing(installation);
  if (missing !== null) return missing;
  try {
    servers.set(contender, await ServerProcess.start(await contender.command(installation)));
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

async function runRounds(
  group: Group,
  trials: readonly Trial[],
  servers: ReadonlyMap<Contender, ServerProcess>,
  isQuick: boolean,
  say: Say,
): Promise<readonly Series[]> {
  const samples = trials.map((): (Sample | null)[] => []);
  const sizes = [...new Set(trials.map(({ shape }) => shape.bytes))];
  for (let round = 0; round < group.rounds; round++) {
    for (const bytes of sizes) {
      const turns = trials
        .map((trial, k) => ({ trial, k }))
        .filter(({ trial }) => trial.shape.bytes === bytes);
      for (let n = 0; n < turns.length; n++) {
        const { trial, k } = turns[(n + round) % turns.length]!;
        const { contender, shape } = trial;
        const before = samples[k]!.at(-1);
        if (before === null || (before !== undefined && before.failure !== null)) {
          samples[k]!.push(null);
          continue;
        }
        const timing = timingOf(shape, isQuick);
        const sample = await measure(servers.get(contender)!.url, contender, shape, timing);
        samples[k]!.push(sample);
        say(progressLine(group, round, trial, sample));
      }
    }
  }
  return trials.map(({ contender, shape }, k) => ({
    group: group.name,
    contender: contender.name,
    shape,
    timing: timingOf(shape, isQuick),
    rounds: samples[k]!,
  }));
}

function progressLine(group: Group, round: number, trial: Trial, sample: Sample): string {
  const { contender, shape } = trial;
  const place = `round ${round + 1}/${group.rounds}  ${group.name}  ${shape.bytes} B`;
  const load = `${shape.connections} x ${shape.depth}`;
  const figures = `${formatRate(sample.perSecond)}/s  p50 ${Math.round(sample.p50Us)} us`;
  const failure = sample.failure === null ? '' : `  FAILED: ${sample.failure}`;
  return `${place}  ${load}  ${contender.name}  ${figures}${failure}`;
}
