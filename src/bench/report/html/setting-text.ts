import { formatBytes, formatElapsed, formatRate } from '../units.js';

/** "warmupMs" -> "Warmup": the unit stands with the value. */
export function settingLabel(name: string): string {
  const text = words(name);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A setting as a person writes it; lists and groups of settings on one line. */
export function settingText(name: string, value: unknown): string {
  if (typeof value === 'number') return numberText(name, value);
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    return items.length === 0 ? 'none' : items.map((item) => settingText(name, item)).join('; ');
  }
  if (typeof value !== 'object' || value === null) return '-';
  return Object.entries(value)
    .map(([member, part]) => `${words(member)} ${settingText(member, part)}`)
    .join(', ');
}

function numberText(name: string, value: number): string {
  if (name.endsWith('Ms')) return value > 0 && value < 1000 ? `${value} ms` : formatElapsed(value);
  if (name.endsWith('Bytes')) return formatBytes(value);
  return name.endsWith('Rate') ? `${formatRate(value)}/s` : String(value);
}

function words(name: string): string {
  return name
    .replace(/(Ms|Bytes)$/, '')
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase();
}
