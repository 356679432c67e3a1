import type { ConnectionEvent, ConnectionParts } from '../../src/index.js';

/** An event in one line: `message {...}`, `malformed <reason>` or `disconnected <reason>`. */
export function told(event: ConnectionEvent): string {
  if (event.type === 'message') return `message ${Buffer.from(event.message.bytes).toString()}`;
  return `${event.type} ${event.reason}`;
}

/** The next event, which is there. */
export async function nextEvent({
  incoming,
}: Pick<ConnectionParts, 'incoming'>): Promise<ConnectionEvent> {
  const next = await incoming.next();
  if (next.done === true) throw new Error('there is no further event');
  return next.value;
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
    const next = await incoming.next();
    if (next.done === true) break;
    events.push(told(next.value));
  }
  return events;
}
