import type { RunResult } from '../../run-result.js';
import { formatMemory } from '../units.js';
import { definitionList, escapeHtml } from './markup.js';
import { settingLabel, settingText } from './setting-text.js';

/** How the run was made: what another person needs in order to make it again. */
export function renderConditions(result: RunResult): string {
  const { machine, versions } = result;
  const settings = Object.entries(result.settings).map(([name, value]): [string, string] => [
    settingLabel(name),
    escapeHtml(settingText(name, value)),
  ]);
  const circumstances = definitionList([
    ['Processor', escapeHtml(machine.cpuModel)],
    ['Processors', String(machine.cpuCount)],
    ['Memory', escapeHtml(formatMemory(machine.memoryBytes))],
    ['System', escapeHtml(`${machine.platform} ${machine.release}`)],
    ['Node', escapeHtml(versions.node)],
    ['Sluice', escapeHtml(versions.sluice)],
    ['Started', escapeHtml(result.startedAt)],
  ]);
  return `<section class="card"><h3>Command line</h3><pre><code>${shellLine(result.commandLine)}</code></pre></section>
<div class="pair">
<section class="card"><h3>Settings</h3>${definitionList(settings)}</section>
<section class="card"><h3>Machine</h3>${circumstances}</section>
</div>`;
}

/** The command as it can be pasted into a shell; a line of it breaks between arguments only. */
function shellLine(commandLine: readonly string[]): string {
  const quoted = commandLine.map((argument) =>
    /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`,
  );
  return ['sluice', 'bench', ...quoted].map((word) => `<span>${escapeHtml(word)}</span>`).join(' ');
}
