import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { createLivePanel, type LiveSnapshot } from '../../../src/bench/report/live-panel.js';

const snapshot: LiveSnapshot = {
  elapsedMs: 15_000,
  repliesPerSecond: 318_245,
  p50Us: 120,
  p99Us: 1480,
  errors: 0,
  doneShare: null,
  inFlight: 800,
  phase: 'measuring',
};

interface FakeStream {
  readonly stream: NodeJS.WriteStream;
  readonly written: string[];
}

function fakeStream(shape: { readonly isTTY: boolean; readonly columns?: number }): FakeStream {
  const written: string[] = [];
  const write = (text: string) => written.push(text) > 0;
  return { stream: { ...shape, write } as unknown as NodeJS.WriteStream, written };
}

function setEnvironment(context: TestContext, values: Readonly<Record<string, string>>): void {
  const before = { NO_COLOR: process.env.NO_COLOR, TERM: process.env.TERM };
  context.after(() => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  });
  Reflect.deleteProperty(process.env, 'NO_COLOR');
  process.env.TERM = 'xterm';
  Object.assign(process.env, values);
}

/** What a terminal would show: control sequences and returns to the margin taken out. */
function withoutEscapes(text: string): string {
  return text
    .split('\x1b[')
    .map((part, index) => (index === 0 ? part : part.replace(/^[\d;]*[A-Za-z]/, '')))
    .join('')
    .replaceAll('\r', '');
}

test('where it is no terminal, each update is one plain line', () => {
  const { stream, written } = fakeStream({ isTTY: false });
  const panel = createLivePanel(stream, 30_000);
  panel.update(snapshot);
  panel.finish();
  assert.deepEqual(written, [
    'measuring   15.0 s of 30.0 s  318,245 replies/s  p50 120 µs  p99 1.48 ms  errors 0  in flight 800\n',
  ]);
});

test('a terminal that cannot redraw gets plain lines too', (context) => {
  setEnvironment(context, { TERM: 'dumb' });
  const { stream, written } = fakeStream({ isTTY: true, columns: 80 });
  createLivePanel(stream, 30_000).update(snapshot);
  assert.match(written[0]!, /^measuring .*\n$/);
  assert.ok(!written[0]!.includes('\x1b'));
});

test('on a terminal the bar shows how far the run is', (context) => {
  setEnvironment(context, {});
  const { stream, written } = fakeStream({ isTTY: true, columns: 100 });
  createLivePanel(stream, 30_000).update(snapshot);
  const text = withoutEscapes(written[0]!);
  assert.match(text, /measuring {2}█{20}░{20} 15\.0 s of 30\.0 s\n/);
  assert.match(
    text,
    /318,245 replies\/s {3}p50 120 µs {3}p99 1\.48 ms {3}errors 0 {3}in flight 800/,
  );
});

test('an update is drawn over the last one, in a single write', (context) => {
  setEnvironment(context, {});
  const { stream, written } = fakeStream({ isTTY: true, columns: 100 });
  const panel = createLivePanel(stream, 30_000);
  panel.update(snapshot);
  panel.update({ ...snapshot, elapsedMs: 16_000 });
  assert.equal(written.length, 2);
  const lines = written[0]!.split('\n').length - 1;
  assert.ok(written[1]!.startsWith(`\x1b[${lines}A\r\x1b[2K`), JSON.stringify(written[1]));
});

test('finish takes the panel away and does so once', (context) => {
  setEnvironment(context, {});
  const { stream, written } = fakeStream({ isTTY: true, columns: 100 });
  const panel = createLivePanel(stream, 30_000);
  panel.update(snapshot);
  panel.finish();
  panel.finish();
  assert.deepEqual(written.slice(1), ['\x1b[2A\r\x1b[J']);
});

test('no line is as wide as the terminal, however narrow it is', (context) => {
  setEnvironment(context, {});
  for (const columns of [20, 32, 40, 60, 80, 200]) {
    const { stream, written } = fakeStream({ isTTY: true, columns });
    const panel = createLivePanel(stream, 30_000);
    for (let second = 1; second < 60; second += 1) {
      panel.update({ ...snapshot, elapsedMs: second * 1000, errors: second });
    }
    for (const line of written.map(withoutEscapes).join('').split('\n')) {
      assert.ok(line.length < columns, `${columns} columns: ${JSON.stringify(line)}`);
    }
  }
});

test('NO_COLOR takes away the colours and nothing else', (context) => {
  setEnvironment(context, { NO_COLOR: '1' });
  const { stream, written } = fakeStream({ isTTY: true, columns: 100 });
  createLivePanel(stream, 30_000).update({ ...snapshot, errors: 7 });
  const sequences = written[0]!.split('\x1b').slice(1);
  assert.ok(sequences.length > 0 && sequences.every((sequence) => !/^\[\d*m/.test(sequence)));
  assert.match(written[0]!, /errors 7/);
});

test('a run that a number of requests bounds has a bar of what was sent', (context) => {
  setEnvironment(context, {});
  const { stream, written } = fakeStream({ isTTY: true, columns: 100 });
  createLivePanel(stream, Number.POSITIVE_INFINITY).update({ ...snapshot, doneShare: 0.25 });
  const text = withoutEscapes(written[0]!);
  assert.match(text, /measuring +█{10}░{30} 15\.0 s, 25\.0 % sent\n/);
});

test('a second without a reply has no latency', () => {
  const { stream, written } = fakeStream({ isTTY: false });
  const stalled = { ...snapshot, repliesPerSecond: 0, p50Us: 0, p99Us: 0 };
  createLivePanel(stream, 30_000).update(stalled);
  assert.match(written[0]!, / 0 replies\/s {2}p50 - {2}p99 - {2}errors 0 /);
});

test('what is not measured yet, or no more, is not shown as zeros', () => {
  const { stream, written } = fakeStream({ isTTY: false });
  const panel = createLivePanel(stream, 30_000);
  panel.update({ ...snapshot, elapsedMs: 0, phase: 'connecting' });
  panel.update({ ...snapshot, errors: 3, phase: 'draining' });
  assert.deepEqual(written, [
    'connecting  0.0 s of 30.0 s\n',
    'draining    15.0 s  waiting for the last replies  errors 3\n',
  ]);
});

test('a run of unknown length has a clock and no bar', (context) => {
  setEnvironment(context, {});
  const { stream, written } = fakeStream({ isTTY: true, columns: 100 });
  createLivePanel(stream, 0).update(snapshot);
  const text = withoutEscapes(written[0]!);
  assert.match(text, /measuring +15\.0 s\n/);
  assert.doesNotMatch(text, /[█░]/);
});
