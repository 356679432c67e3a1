import type { RunResult, TimelinePoint } from '../../run-result.js';
import { median } from '../../statistics/median.js';

/** The page stays below 500 KB whatever the run: these bound its parts that grow. */
const MOST_EMBEDDED_POINTS = 300;
const MOST_DRAWN_POINTS = 180;
const MOST_METHODS = 50;
const MOST_METHOD_HISTOGRAM_CHARACTERS = 60_000;
const MOST_TEXT_CHARACTERS = 2_000;
const MOST_TEXTS = 50;

/** A result cut to what a page can carry. */
export interface PageCopy {
  /** What is embedded as JSON; the very result when nothing had to be cut. */
  readonly result: RunResult;
  /** The timeline for drawing; each point covers `pointSeconds`. */
  readonly timeline: readonly TimelinePoint[];
  readonly pointSeconds: number;
  /** What was cut, as sentences for the reader. */
  readonly notes: readonly string[];
}

/** Makes the copy of a result that the page shows and embeds. */
export function pageCopy(result: RunResult): PageCopy {
  const embedded = thinTimeline(result.timeline, MOST_EMBEDDED_POINTS);
  const drawn = thinTimeline(result.timeline, MOST_DRAWN_POINTS);
  const notes: string[] = [];
  if (drawn.factor > 1) {
    notes.push(
      `Each point covers ${drawn.factor} seconds: rates are means, p99 and max those of the worst second. The complete figures are in the --json file.`,
    );
  }
  return {
    result: {
      ...result,
      timeline: embedded.points,
      perMethod: fewerMethods(result.perMethod, notes),
      commandLine: result.commandLine.map(clipText),
      settings: Object.fromEntries(
        Object.entries(result.settings).map(([name, value]) => [name, clipTexts(value)]),
      ),
      failureReasons: result.failureReasons.slice(0, MOST_TEXTS).map(clipText),
      generator: {
        ...result.generator,
        warnings: result.generator.warnings.slice(0, MOST_TEXTS).map(clipText),
      },
    },
    timeline: drawn.points,
    pointSeconds: drawn.factor,
    notes,
  };
}

function fewerMethods(methods: RunResult['perMethod'], notes: string[]): RunResult['perMethod'] {
  let kept = methods;
  if (methods.length > MOST_METHODS) {
    kept = [...methods]
      .sort((one, other) => other.latency.count - one.latency.count)
      .slice(0, MOST_METHODS);
    notes.push(`The ${MOST_METHODS} most frequent of ${methods.length} methods are shown.`);
  }
  const characters = kept.reduce((sum, { latency }) => sum + latency.histogram.length, 0);
  if (characters <= MOST_METHOD_HISTOGRAM_CHARACTERS) return kept;
  return kept.map((entry) => ({ ...entry, latency: { ...entry.latency, histogram: '' } }));
}

function thinTimeline(
  timeline: readonly TimelinePoint[],
  most: number,
): { readonly points: readonly TimelinePoint[]; readonly factor: number } {
  const factor = Math.ceil(timeline.length / most);
  if (factor <= 1) return { points: timeline, factor: 1 };
  const points: TimelinePoint[] = [];
  for (let first = 0; first < timeline.length; first += factor) {
    points.push(mergePoints(timeline.slice(first, first + factor)));
  }
  return { points, factor };
}

function mergePoints(points: readonly TimelinePoint[]): TimelinePoint {
  const answered = points.filter(({ repliesPerSecond }) => repliesPerSecond > 0);
  return {
    second: points.at(-1)!.second,
    requestsPerSecond: mean(points.map((point) => point.requestsPerSecond)),
    repliesPerSecond: mean(points.map((point) => point.repliesPerSecond)),
    bytesPerSecond: mean(points.map((point) => point.bytesPerSecond)),
    p50Us: answered.length === 0 ? 0 : median(answered.map((point) => point.p50Us)),
    p99Us: Math.max(...points.map((point) => point.p99Us)),
    maxUs: Math.max(...points.map((point) => point.maxUs)),
    errors: points.reduce((sum, { errors }) => sum + errors, 0),
    inFlight: Math.max(...points.map((point) => point.inFlight)),
    serverMemoryBytes: measured(points.map((point) => point.serverMemoryBytes)),
    serverCpuShare: measured(points.map((point) => point.serverCpuShare)),
  };
}

function measured(values: readonly (number | null)[]): number | null {
  const present = values.filter((value) => value !== null);
  return present.length === 0 ? null : mean(present);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** A payload given on the command line may be a megabyte. */
function clipText(text: string): string {
  if (text.length <= MOST_TEXT_CHARACTERS) return text;
  return `${text.slice(0, MOST_TEXT_CHARACTERS)}… (${text.length} characters)`;
}

function clipTexts(value: unknown): unknown {
  if (typeof value === 'string') return clipText(value);
  if (typeof value !== 'object' || value === null) return value;
  const text = JSON.stringify(value);
  return text.length <= MOST_TEXT_CHARACTERS ? value : clipText(text);
}
