import type { TimelinePoint } from '../../run-result.js';
import { median } from '../../statistics/median.js';
import {
  formatBytes,
  formatCompact,
  formatCount,
  formatElapsed,
  formatLatency,
  formatMemory,
  formatRate,
  formatShare,
  trimZeros,
} from '../units.js';
import type { Chart, ChartSeries } from './chart.js';
import type { PageCopy } from './page-copy.js';
import { latencyScale, linearScale, type Scale, timeScale } from './scale.js';

type Frame = Pick<Chart, 'group' | 'xLabel' | 'xTicks' | 'positions' | 'headers'>;

/** The charts over time that this run has anything for, in reading order. */
export function timeCharts({ timeline, pointSeconds }: PageCopy): Chart[] {
  if (timeline.length === 0) return [];
  const frame = timeFrame(timeline);
  const charts = [throughputChart(timeline, frame), latencyChart(timeline, frame, pointSeconds)];
  if (timeline.some(({ errors }) => errors > 0)) charts.push(errorsChart(timeline, frame));
  if (isUneven(timeline.map(({ inFlight }) => inFlight))) {
    charts.push(inFlightChart(timeline, frame));
  }
  return charts;
}

/** Memory and processor time of the server, where it could be observed. */
export function serverCharts({ timeline }: PageCopy): Chart[] {
  if (timeline.length === 0) return [];
  const frame = timeFrame(timeline);
  const charts: Chart[] = [];
  if (timeline.some(({ serverMemoryBytes }) => serverMemoryBytes !== null)) {
    charts.push(memoryChart(timeline, frame));
  }
  if (timeline.some(({ serverCpuShare }) => serverCpuShare !== null)) {
    charts.push(cpuChart(timeline, frame));
  }
  return charts;
}

function timeFrame(timeline: readonly TimelinePoint[]): Frame {
  const scale = timeScale(timeline[0]!.second, timeline.at(-1)!.second);
  return {
    group: 'time',
    xLabel: 'Time',
    xTicks: scale.ticks,
    positions: timeline.map(({ second }) => scale.at(second)),
    headers: timeline.map(({ second }) => formatElapsed(second * 1000)),
  };
}

function throughputChart(timeline: readonly TimelinePoint[], frame: Frame): Chart {
  const replies = timeline.map(({ repliesPerSecond }) => repliesPerSecond);
  const requests = timeline.map(({ requestsPerSecond }) => requestsPerSecond);
  const scale = linearScale(Math.max(...replies, ...requests), axisCount);
  return {
    ...frame,
    id: 'throughput',
    title: 'Throughput',
    summary: `Replies per second over time: ${spread(replies, formatRate)}.`,
    yLabel: 'per second',
    yTicks: scale.ticks,
    series: [
      series('Replies', 'one', 'area', replies, scale, formatRate),
      series('Requests', 'quiet', 'line', requests, scale, formatRate),
    ],
    extras: [
      {
        name: 'Bytes, both ways',
        texts: timeline.map(({ bytesPerSecond }) => `${formatBytes(bytesPerSecond)}/s`),
      },
    ],
  };
}

function latencyChart(
  timeline: readonly TimelinePoint[],
  frame: Frame,
  pointSeconds: number,
): Chart {
  // A second without a reply has no latency: a gap says so, a zero would lie.
  const whenAnswered = (pick: (point: TimelinePoint) => number) =>
    timeline.map((point) => (point.maxUs > 0 ? pick(point) : null));
  const p50 = whenAnswered((point) => point.p50Us);
  const p99 = whenAnswered((point) => point.p99Us);
  const max = whenAnswered((point) => point.maxUs);
  const all = [...p50, ...p99, ...max].filter((value) => value !== null);
  const scale = latencyScale(all, axisLatency);
  const present = p99.filter((value) => value !== null);
  return {
    ...frame,
    id: 'latency',
    title: 'Latency',
    note:
      pointSeconds > 1
        ? 'p99 and max are those of the worst second in each point.'
        : 'Of the replies that came in each second.',
    summary: `Latency over time; at p99: ${present.length === 0 ? 'nothing measured' : spread(present, formatLatency)}.`,
    yLabel: 'latency',
    yTicks: scale.ticks,
    series: [
      series('p50', 'one', 'line', p50, scale, formatLatency),
      series('p99', 'two', 'line', p99, scale, formatLatency),
      series('max', 'three', 'line', max, scale, formatLatency),
    ],
  };
}

function errorsChart(timeline: readonly TimelinePoint[], frame: Frame): Chart {
  const errors = timeline.map((point) => point.errors);
  const scale = linearScale(Math.max(...errors), axisCount);
  const total = errors.reduce((sum, count) => sum + count, 0);
  const seconds = errors.filter((count) => count > 0).length;
  return {
    ...frame,
    id: 'errors',
    title: 'Errors',
    summary: `Errors over time: ${formatCount(total)} in all, at ${seconds} of ${errors.length} points.`,
    yLabel: 'errors',
    yTicks: scale.ticks,
    series: [series('Errors', 'two', 'bars', errors, scale, formatCount)],
  };
}

function inFlightChart(timeline: readonly TimelinePoint[], frame: Frame): Chart {
  const inFlight = timeline.map((point) => point.inFlight);
  const scale = linearScale(Math.max(...inFlight), axisCount);
  return {
    ...frame,
    id: 'in-flight',
    title: 'Requests in flight',
    summary: `Requests in flight over time: ${spread(inFlight, formatCount)}.`,
    yLabel: 'requests',
    yTicks: scale.ticks,
    series: [series('In flight', 'one', 'area', inFlight, scale, formatCount)],
  };
}

function memoryChart(timeline: readonly TimelinePoint[], frame: Frame): Chart {
  const memory = timeline.map((point) => point.serverMemoryBytes);
  const present = memory.filter((value) => value !== null);
  // Round in MiB, so that the axis has round labels.
  const mebibyte = 1024 ** 2;
  const inMebibytes = linearScale(Math.max(...present) / mebibyte, (value) =>
    trimZeros(formatMemory(value * mebibyte)),
  );
  const scale = { ...inMebibytes, at: (bytes: number) => inMebibytes.at(bytes / mebibyte) };
  return {
    ...frame,
    id: 'server-memory',
    title: 'Server memory',
    summary: `Resident memory of the server over time: ${spread(present, formatMemory)}.`,
    yLabel: 'resident',
    yTicks: scale.ticks,
    series: [series('Memory', 'one', 'area', memory, scale, formatMemory)],
  };
}

function cpuChart(timeline: readonly TimelinePoint[], frame: Frame): Chart {
  const cpu = timeline.map((point) => point.serverCpuShare);
  const present = cpu.filter((value) => value !== null);
  const scale = linearScale(Math.max(1, ...present), (share) => trimZeros(formatShare(share)));
  return {
    ...frame,
    id: 'server-cpu',
    title: 'Server processor time',
    summary: `Processor use of the server in shares of a core over time: ${spread(present, formatShare)}.`,
    yLabel: 'of a core',
    yTicks: scale.ticks,
    series: [series('Processor', 'two', 'area', cpu, scale, formatShare)],
  };
}

function series(
  name: string,
  style: ChartSeries['style'],
  shape: ChartSeries['shape'],
  values: readonly (number | null)[],
  scale: Scale,
  format: (value: number) => string,
): ChartSeries {
  return {
    name,
    style,
    shape,
    heights: values.map((value) => (value === null ? null : scale.at(value))),
    texts: values.map((value) => (value === null ? '-' : format(value))),
  };
}

function spread(values: readonly number[], format: (value: number) => string): string {
  const least = Math.min(...values);
  const most = Math.max(...values);
  return `median ${format(median(values))}, lowest ${format(least)}, highest ${format(most)}`;
}

function isUneven(values: readonly number[]): boolean {
  return Math.max(...values) > Math.min(...values) * 1.1 + 1;
}

function axisCount(value: number): string {
  return trimZeros(formatCompact(value));
}

function axisLatency(valueUs: number): string {
  return trimZeros(formatLatency(valueUs));
}
