let lastNumber = 0;

/** A number for a new client, which no other client of this process has or had. */
export function nextClientNumber(): number {
  return ++lastNumber;
}

/**
 * A client in the log, such as `#7 127.0.0.1`: its number tells it from others that come from
 * there.
 */
export function clientLabel(number: number, origin: string): string {
  return `#${number} ${origin}`;
}
