/** uWebSockets.js ends the process above it, and connections at once below the other. */
const MAX_IDLE_TIMEOUT_SECONDS = 960;
const MIN_IDLE_TIMEOUT_SECONDS = 8;
/** The longest time between its ping and the idle timeout. */
const MAX_ANSWER_SECONDS = 16;

export const MAX_PING_INTERVAL_SECONDS = MAX_IDLE_TIMEOUT_SECONDS - MAX_ANSWER_SECONDS;

/**
 * The idle timeout with which uWebSockets.js pings after this silence: it does so 4, 8 or 16 s
 * before, the longer the timeout the earlier (calculateIdleTimeoutCompnents() in its
 * WebSocketContextData.h), so that is also what a client has for its answer. Its clock ticks every
 * 4 s: pings come up to 4 s early or late. For less than 4 s they come after 4 s: the shortest
 * timeout is 8 s.
 */
export function idleTimeoutSeconds(pingIntervalSeconds: number): number {
  let answerSeconds = MAX_ANSWER_SECONDS;
  if (pingIntervalSeconds < 12) answerSeconds = 4;
  else if (pingIntervalSeconds < 24) answerSeconds = 8;
  return Math.max(pingIntervalSeconds + answerSeconds, MIN_IDLE_TIMEOUT_SECONDS);
}
