/**
 * Figures as a person reads them: three digits are what a histogram of three digits and
 * a machine that is never quite idle can carry.
 */

const wholeNumber = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** 1234567 -> "1,234,567". */
export function formatCount(count: number): string {
  return wholeNumber.format(count);
}

/** 318245.4 -> "318,245"; below 100 one decimal is kept, because there it matters. */
export function formatRate(perSecond: number): string {
  if (perSecond === 0 || perSecond >= 99.95) return formatCount(perSecond);
  return perSecond >= 10 ? perSecond.toFixed(1) : perSecond.toFixed(2);
}

/** 318245 -> "318 k": for axes and other narrow places. */
export function formatCompact(count: number): string {
  return scaled(count, 1000, ['', ' k', ' M', ' G', ' T']);
}

/** Microseconds to "870 µs", "1.23 ms", "12.3 s". */
export function formatLatency(latencyUs: number): string {
  return scaled(latencyUs, 1000, [' µs', ' ms', ' s']);
}

/** A span of time on a clock: "0.4 s", "12.3 s", "4:05 min", "1:02:03 h". */
export function formatElapsed(elapsedMs: number): string {
  const seconds = elapsedMs / 1000;
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const twoDigits = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${twoDigits(whole % 60)} min`;
  return `${Math.floor(minutes / 60)}:${twoDigits(minutes % 60)}:${twoDigits(whole % 60)} h`;
}

/** Decimal bytes, as networks are measured: "31.8 MB". */
export function formatBytes(bytes: number): string {
  return scaled(bytes, 1000, [' B', ' kB', ' MB', ' GB', ' TB']);
}

/** Binary bytes, as memory is measured: "512 MiB". */
export function formatMemory(bytes: number): string {
  return scaled(bytes, 1024, [' B', ' KiB', ' MiB', ' GiB', ' TiB']);
}

/** A share of 0 to 1 as "12.3 %"; what is more than nothing is never written as 0. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent === 0) return '0 %';
  if (percent < 0.01) return '<0.01 %';
  return `${threeDigits(percent)} %`;
}

/** "50.0 k" -> "50 k": for the round numbers on an axis or at the edge of a bin. */
export function trimZeros(text: string): string {
  return text.replace(/(\.\d*?)0+(?=\D|$)/, '$1').replace(/\.(?=\D|$)/, '');
}

/** A ratio with its direction: 1.234 -> "+23.4 %", 0.5 -> "-50.0 %". */
export function formatChange(ratio: number): string {
  if (!Number.isFinite(ratio)) return 'from nothing';
  const percent = (ratio - 1) * 100;
  return `${percent < 0 ? '-' : '+'}${Math.abs(percent).toFixed(1)} %`;
}

function scaled(value: number, base: number, units: readonly string[]): string {
  let unit = 0;
  let rest = value;
  // 999.5 would be written as 1000: the next unit begins where rounding reaches it.
  while (Math.abs(rest) >= base - 0.5 && unit < units.length - 1) {
    rest /= base;
    unit += 1;
  }
  // What was counted in whole units is not given decimals that nobody measured.
  const text = unit === 0 && Number.isInteger(value) ? String(value) : threeDigits(rest);
  return `${text}${units[unit]!}`;
}

function threeDigits(value: number): string {
  const size = Math.abs(value);
  if (size >= 99.95) return value.toFixed(0);
  if (size >= 9.995) return value.toFixed(1);
  return value.toFixed(2);
}
