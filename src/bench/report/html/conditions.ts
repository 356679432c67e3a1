import type { RunResult } from '../../run-result.js';
import { formatBytes, formatElapsed, formatMemory } from '../units.js';
import { definitionList, escapeHtml } from './markup.js';

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
  return `<section class="card"><h3>Command line</h3><pre><code>${escapeHtml(shellLine(result.commandLine))}</code></pre></section>
<div class="pair">
<section class="card"><h3>Settings</h3>${definitionList(settings)}</section>
<section class="card"><h3>Machine</h3>${circumstances}</section>
</div>`;
}

/** "warmupMs" -> "Warmup": the unit stands with the value. */
function settingLabel(name: string): string {
  const words = name
    .replace(/(Ms|Bytes)$/, '')
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function settingText(name: string, value: unknown): string {
  if (typeof value === 'number' && name.endsWith('Ms')) return formatElapsed(value);
  if (typeof value === 'number' && name.endsWith('Bytes')) return formatBytes(value);
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '-';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return JSON.stringify(value);
}

/** The command as it can be pasted into a shell. */
function shellLine(commandLine: readonly string[]): string {
  const quoted = commandLine.map((argument) =>
    /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`,
  );
  return ['sluice bench', ...quoted].join(' ');
}
