import { mock, type TestContext } from 'node:test';

/** Lets mocked time pass, for timers (mock.timers) and clock alike. */
export function passTime(t: TestContext): (ms: number) => void {
  let nowMs = 0;
  t.mock.method(performance, 'now', () => nowMs);
  return (ms) => {
    nowMs += ms;
    mock.timers.tick(ms);
  };
}
