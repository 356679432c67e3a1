/** The id with which the server was sent the `nth` message with this text in it. */
export function idOf(received: readonly string[], text: string, nth = 0): number {
  const message = received.filter((one) => one.includes(text))[nth] ?? '';
  return Number(/"id":(\d+)/.exec(message)?.[1]);
}

/** How many of the messages have this text in them. */
export function count(received: readonly string[], text: string): number {
  return received.filter((one) => one.includes(text)).length;
}
