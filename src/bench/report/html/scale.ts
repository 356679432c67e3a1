/** A labelled place on an axis; `at` is 0 at its beginning and 1 at its end. */
export interface Tick {
  readonly at: number;
  readonly text: string;
  /** Its label is left out on narrow screens. */
  readonly minor?: boolean;
}

/** Where values lie on an axis. */
export interface Scale {
  /** 0 to 1; values beyond the axis are put at its end. */
  readonly at: (value: number) => number;
  readonly ticks: readonly Tick[];
}

const MOST_TICKS = 6;

/** From 0 to a round number at or above `highest`, in equal steps. */
export function linearScale(highest: number, format: (value: number) => string): Scale {
  const step = roundStep(highest > 0 ? highest / (MOST_TICKS - 1) : 1);
  const steps = Math.max(1, Math.ceil(highest / step - 1e-9));
  const top = step * steps;
  const ticks: Tick[] = [];
  for (let index = 0; index <= steps; index += 1) {
    ticks.push({ at: index / steps, text: format(step * index) });
  }
  return { at: (value) => clamp(value / top), ticks };
}

/** Between round numbers around two positive values, each decade equally long. */
function logScale(lowest: number, highest: number, format: (value: number) => string): Scale {
  const from = roundBelow(lowest);
  const to = Math.max(roundAbove(highest), from * 10);
  const length = Math.log10(to / from);
  const at = (value: number) => (value <= 0 ? 0 : clamp(Math.log10(value / from) / length));
  const steps = length <= 3 ? [1, 2, 5] : [1];
  const ticks: Tick[] = [];
  const firstDecade = Math.floor(Math.log10(from) + 1e-9);
  for (let decade = firstDecade; decade <= Math.log10(to) + 1e-9; decade += 1) {
    for (const step of steps) {
      const value = step * 10 ** decade;
      if (value < from * 0.999 || value > to * 1.001) continue;
      ticks.push({ at: at(value), text: format(value) });
    }
  }
  return { at, ticks };
}

/**
 * Latencies: logarithmic where they span more than a factor of 15 (a stall and the
 * everyday would otherwise not both be seen), else from zero.
 */
export function latencyScale(valuesUs: readonly number[], format: (us: number) => string): Scale {
  const positive = valuesUs.filter((value) => value > 0);
  const lowest = positive.reduce((least, value) => Math.min(least, value), Infinity);
  const highest = positive.reduce((most, value) => Math.max(most, value), 1);
  if (positive.length === 0 || highest / lowest < 15) return linearScale(highest, format);
  return logScale(lowest, highest, format);
}

const TIME_STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 86400];

/**
 * From one second to another, with ticks where a clock would have them; from 0 where they are the
 * same.
 */
export function timeScale(firstSecond: number, lastSecond: number): Scale {
  const start = firstSecond < lastSecond ? firstSecond : 0;
  const end = Math.max(1, lastSecond);
  const step = TIME_STEPS_S.find((seconds) => end / seconds <= 8) ?? Math.ceil(end / 8);
  const at = (second: number) => clamp((second - start) / (end - start));
  const ticks: Tick[] = [];
  for (let second = Math.ceil(start / step) * step; second <= end; second += step) {
    ticks.push({ at: at(second), text: clockText(second, step), minor: ticks.length % 2 === 1 });
  }
  return { at, ticks };
}

function clockText(second: number, step: number): string {
  if (second === 0) return '0';
  if (step >= 3600) return `${second / 3600} h`;
  if (step >= 60) return `${second / 60} min`;
  if (second < 120) return `${second} s`;
  return `${Math.floor(second / 60)}:${String(second % 60).padStart(2, '0')}`;
}

const NINES = ['0', '90', '99', '99.9', '99.99', '99.999', '99.9999', '99.99999', '99.999999'];

/**
 * Shares of 0 to 1 by 1/(1 - share) on a logarithm: every further nine is equally far,
 * as HdrHistogram plots have it. The axis ends where a single one of `count` replies is left.
 */
export function ninesScale(count: number): Scale {
  const nines = Math.max(1, Math.log10(Math.max(10, count)));
  const at = (share: number) => (share >= 1 ? 1 : clamp(-Math.log10(1 - share) / nines));
  const ticks = NINES.slice(0, Math.floor(nines + 1e-9) + 1).map((text, index) => ({
    at: index / nines,
    text: `${text} %`,
    minor: nines > 5 && index % 2 === 1,
  }));
  // On a long axis there is no room for it beside the origin.
  const half = nines <= 5 ? [{ at: at(0.5), text: '50 %', minor: true }] : [];
  return { at, ticks: [ticks[0]!, ...half, ...ticks.slice(1)] };
}

function roundStep(least: number): number {
  const decade = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 2.5, 5, 10].find((candidate) => candidate * decade >= least * 0.999) ?? 10;
  return factor * decade;
}

function roundBelow(value: number): number {
  const decade = 10 ** Math.floor(Math.log10(value) + 1e-9);
  return ([5, 2, 1].find((factor) => factor * decade <= value * 1.001) ?? 1) * decade;
}

function roundAbove(value: number): number {
  const decade = 10 ** Math.floor(Math.log10(value) + 1e-9);
  return ([1, 2, 5].find((factor) => factor * decade >= value * 0.999) ?? 10) * decade;
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}
