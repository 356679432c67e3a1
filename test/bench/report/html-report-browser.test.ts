import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { formatLatency, formatRate } from '../../../src/bench/report/units.js';
import { writeReports } from '../../../src/bench/report/write-reports.js';
import type { FailureCounts, RunResult } from '../../../src/bench/run-result.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { launchChromium } from './chromium.js';
import { emptyHistogram, failureCounts, sampleRun, summaryOf } from './sample-run.js';

const PHONE = { width: 375, height: 800 };
const DESKTOP = { width: 1200, height: 900 };

/** A run with something of everything, so that every part of the page is there. */
function eventfulRun(): RunResult {
  const run = sampleRun({ seconds: 20 });
  const other = sampleRun({ seed: 31, seconds: 5, medianUs: 900 });
  return {
    ...run,
    model: 'open',
    totals: { ...run.totals, notifications: 1234 },
    latencyUncorrected: other.latency,
    perMethod: [
      { method: 'tools/call', latency: other.latency },
      { method: 'a/method/with/quite/a/long/name/that/does/not/break', latency: run.latency },
    ],
    timeline: run.timeline.map((point) => ({ ...point, errors: point.second === 7 ? 60 : 0 })),
    failures: failureCounts({ lost: 12, timeouts: 48 }),
    closeCodes: { 1006: 4 },
    disturbance: { slowReaders: 3, bigMessageBytes: 12_000_000 },
    expectations: [{ expression: 'p99<5ms', actual: 492, passed: true }],
    passed: false,
    failureReasons: ['12 replies were lost.'],
    commandLine: ['ws://127.0.0.1:4000', '--params', `{"text":"${'x'.repeat(400)}"}`],
    generator: { ...run.generator, wasBottleneck: true, cpuShare: 0.97 },
  };
}

const result = eventfulRun();
const folder = temporaryFolder({ after });
const html = join(folder, 'report.html');
let browser: Browser;

before(async () => {
  writeReports(result, { html });
  browser = await launchChromium();
});

after(() => browser.close());

interface OpenedPage {
  readonly page: Page;
  /** Console errors, exceptions, and requests for anything but the file itself. */
  readonly complaints: readonly string[];
}

async function openReport(
  viewport: { readonly width: number; readonly height: number },
  colorScheme: 'light' | 'dark' = 'light',
  javaScriptEnabled = true,
  file = html,
): Promise<OpenedPage> {
  const context = await browser.newContext({ viewport, colorScheme, javaScriptEnabled });
  const page = await context.newPage();
  const complaints: string[] = [];
  const url = pathToFileURL(file).href;
  page.on('request', (request) => {
    if (request.url() !== url && request.url() !== 'data:,') complaints.push(request.url());
  });
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(url);
  return { page, complaints };
}

interface VisibleFigure {
  readonly path: string;
  readonly exact: number;
  readonly text: string;
  readonly visible: boolean;
}

async function visibleFigures(page: Page): Promise<VisibleFigure[]> {
  return page.evaluate<VisibleFigure[]>(`
    [...document.querySelectorAll('[data-figure]')].map((figure) => ({
      path: figure.dataset.figure,
      exact: Number(figure.value),
      text: figure.innerText,
      visible: figure.checkVisibility(),
    }))`);
}

/** The text as it is laid out, which for hidden text is none. */
async function shownText(page: Page, selector: string): Promise<string> {
  return page.evaluate<string>(`document.querySelector('${selector}').innerText`);
}

/** The figure at a path in the embedded JSON; for `failures` each failed request once. */
function figureAt(json: RunResult, path: string): number {
  let found: unknown = json;
  for (const name of path.split('.')) found = (found as Record<string, unknown>)[name];
  if (typeof found === 'number') return found;
  const counts = found as Readonly<Record<keyof FailureCounts, number>>;
  const sum = Object.values(counts).reduce((total, count) => total + count, 0);
  // What timed out and came late, or never came, is one failure and not two.
  return sum - counts.late - Math.min(counts.lost, counts.timeouts);
}

const UNITS: Readonly<Record<string, number>> = {
  µs: 1,
  ms: 1e3,
  s: 1e6,
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  '%': 0.01,
};

/** "1.23 ms" to 1230: reads what a person would read. */
function readFigure(text: string): number {
  const match = /^([\d.,]+)(?:\s([^\s/]+)(?:\/s)?)?$/.exec(text);
  assert.ok(match, `not a figure: ${text}`);
  const unit = match[2] === undefined ? 1 : UNITS[match[2]];
  assert.ok(unit, `unknown unit: ${text}`);
  return Number(match[1]!.replaceAll(',', '')) * unit;
}

test('every visible figure is the one in the JSON, to the digits that are shown', async () => {
  const { page, complaints } = await openReport(DESKTOP);
  const json = await page.evaluate<RunResult>(
    `JSON.parse(document.getElementById('result').textContent)`,
  );
  assert.deepEqual(json, result);
  const figures = await visibleFigures(page);
  for (const { path, exact, text, visible } of figures) {
    const wanted = figureAt(json, path);
    assert.ok(visible, path);
    assert.equal(exact, wanted, path);
    const error = Math.abs(readFigure(text) - wanted);
    assert.ok(error <= wanted * 0.005 + 1e-9, `${path}: "${text}" for ${wanted}`);
  }
  const paths = new Set(figures.map(({ path }) => path));
  for (const path of ['totals.repliesPerSecond', 'latency.p50Us', 'latency.p999Us', 'failures']) {
    assert.ok(paths.has(path), path);
  }
  assert.ok(paths.has('latencyUncorrected.p99Us') && paths.has('perMethod.1.latency.maxUs'));
  assert.deepEqual(complaints, []);
  await page.context().close();
});

test('the tables under the charts hold the timeline, and each line has its points', async () => {
  const { page } = await openReport(DESKTOP);
  const rows = await page.evaluate<string[][]>(`
    [...document.querySelectorAll('#latency tbody tr')].map((row) =>
      [...row.children].map((cell) => cell.textContent))`);
  assert.deepEqual(
    rows,
    result.timeline.map((point) => [
      `${point.second.toFixed(1)} s`,
      formatLatency(point.p50Us),
      formatLatency(point.p99Us),
      formatLatency(point.maxUs),
    ]),
  );
  const corners = await page.evaluate<number>(
    `document.querySelector('#throughput .line.one').getAttribute('d').split('L').length`,
  );
  assert.equal(corners, result.timeline.length, 'no point that was not measured');
  await page.context().close();
});

test('pointing at a second reads out that second', async () => {
  const { page, complaints } = await openReport(DESKTOP);
  const field = page.locator('#throughput .field');
  await field.scrollIntoViewIfNeeded();
  const box = (await field.boundingBox())!;
  const point = result.timeline[9]!;
  const x = box.x + (box.width * 9) / (result.timeline.length - 1);
  await page.mouse.move(x, box.y + 50);
  const text = await shownText(page, '#throughput .readout');
  assert.match(text, /^10\.0 s\n/);
  assert.ok(text.includes(formatRate(point.repliesPerSecond)), text);
  assert.ok(await page.locator('#latency .cursor').isVisible());
  await page.mouse.move(0, 0);
  assert.ok(!(await page.locator('#throughput .readout').isVisible()));
  assert.deepEqual(complaints, []);
  await page.context().close();
});

test('the arrow keys read the points too', async () => {
  const { page } = await openReport(DESKTOP);
  const field = page.locator('#percentiles .field');
  await field.focus();
  await field.press('End');
  const text = await shownText(page, '#percentiles .readout');
  assert.match(text, /^100 %\n/);
  assert.ok(text.includes(formatLatency(result.latency.maxUs)), text);
  await field.press('Escape');
  assert.ok(!(await page.locator('#percentiles .readout').isVisible()));
  await page.context().close();
});

for (const scheme of ['light', 'dark'] as const) {
  test(`on a phone nothing hangs over the edge, in ${scheme}`, async () => {
    const { page, complaints } = await openReport(PHONE, scheme);
    const [needed, given] = await page.evaluate<[number, number]>(
      '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
    );
    assert.ok(needed <= given, `${needed} px on ${given} px`);
    assert.deepEqual(complaints, []);
    await page.context().close();
  });
}

for (const viewport of [PHONE, DESKTOP]) {
  test(`no label runs past the end of its axis, on ${viewport.width} px`, async () => {
    const file = join(folder, 'many.html');
    const histogram = emptyHistogram();
    histogram.recordValueWithCount(200, 1_100_000);
    histogram.recordValueWithCount(70_000, 40);
    writeReports({ ...result, latency: summaryOf(histogram) }, { html: file });
    const { page } = await openReport(viewport, 'light', true, file);
    const beyond = await page.evaluate<string[]>(`
      [...document.querySelectorAll('.x-axis span')]
        .filter((label) => label.getBoundingClientRect().right > label.parentNode.getBoundingClientRect().right + 1)
        .map((label) => label.textContent)`);
    assert.deepEqual(beyond, []);
    assert.ok(await page.locator('.x-axis', { hasText: '99.9999 %' }).isVisible());
    await page.context().close();
  });
}

test('light and dark are what the reader prefers', async () => {
  const brightness = async (scheme: 'light' | 'dark') => {
    const { page } = await openReport(DESKTOP, scheme);
    const [paper, ink] = await page.evaluate<[number, number]>(`
      ['backgroundColor', 'color'].map((name) =>
        getComputedStyle(document.body)[name].match(/\\d+/g).reduce((sum, part) => sum + Number(part), 0))`);
    await page.context().close();
    return paper - ink;
  };
  assert.ok((await brightness('light')) > 500);
  assert.ok((await brightness('dark')) < -500);
});

test('without JavaScript the drawing and all figures are there', async () => {
  const { page } = await openReport(DESKTOP, 'light', false);
  assert.ok(await page.locator('#latency svg .line').first().isVisible());
  const figure = page.locator('.tiles [data-figure="latency.p99Us"]');
  assert.equal(await figure.textContent(), formatLatency(result.latency.p99Us));
  assert.ok(await figure.isVisible());
  await page.locator('#throughput summary').click();
  assert.ok(await page.locator('#throughput tbody tr').first().isVisible());
  await page.context().close();
});

test('the warning of a bottleneck is seen without scrolling, on a phone too', async () => {
  const { page } = await openReport(PHONE);
  const box = await page.locator('.alarm').first().boundingBox();
  assert.ok(box !== null && box.y + 40 < PHONE.height);
  assert.match(
    (await page.locator('.alarm').first().textContent())!,
    /load generator was the bottleneck/,
  );
  await page.context().close();
});

test('every picture has a description and every button-like place a name', async () => {
  const { page } = await openReport(DESKTOP);
  const unnamed = await page.evaluate<number>(
    `[...document.querySelectorAll('svg[role=img], [tabindex], [role=region]')].filter((part) => !part.getAttribute('aria-label')).length`,
  );
  assert.equal(unnamed, 0);
  await page.context().close();
});
