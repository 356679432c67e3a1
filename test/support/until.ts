import assert from 'node:assert/strict';

/** For what a machine under load needs as well; a test that passes never waits for it. */
const WAIT_MS = 30_000;
const LOOK_EVERY_MS = 20;

/**
 * Waits for something that sends no event, such as the end of a process that is not our
 * child; fails with `what` when it has not come about within `withinMs`.
 */
export async function until(
  what: string,
  condition: () => boolean,
  withinMs = WAIT_MS,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!condition()) {
    assert.ok(Date.now() < deadline, `not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** The value of `promise`; fails with `what` when it has not settled within `withinMs`. */
export async function within<T>(what: string, promise: Promise<T>, withinMs = WAIT_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${withinMs} ms: ${what}`)), withinMs);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
