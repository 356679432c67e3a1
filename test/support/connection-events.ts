import type { ConnectionEvent, ConnectionParts } from '../../src/index.js';

/** An event in one line: `message {...}`, `malformed <reason>` or `disconnected <reason>`. */
export function told(event: ConnectionEvent): string {
  if (event.type === 'message') return `message ${Buffer.from(event.message.bytes).toString()}`;
  return `${event.type} ${event.reason}`;
}

/** Everything that a connection tells until its end. */
export async function allEvents({
  incoming,
}: Pick<ConnectionParts, 'incoming'>): Promise<string[]> {
  const events: string[] = [];
  for await (const event of incoming) events.push(told(event));
  return events;
}

/** The next `count` events. */
export async function nextEvents(
  { incoming }: Pick<ConnectionParts, 'incoming'>,
  count: number,
): Promise<string[]> {
  const events: string[] = [];
  while (events.length < count) {
    const { done, value } = await incoming.next();
    if (done === true) break;
    events.push(told(value));
  }
  return events;
}
