/**
 * Whether a parser that ignores case takes `text` for `name`, though it is not: Go's encoding/json
 * does, and takes U+017F for an s and U+212A for a k besides. Java's equalsIgnoreCase() takes
 * U+0130 and U+0131 for an i.
 */
export function isLookalike(text: string, name: string): boolean {
  return text !== name && folded(text) === folded(name);
}

function folded(text: string): string {
  // U+212A has a small letter only, U+017F a capital one.
  return text
    .replace(/[\u0130\u0131]/g, 'i')
    .toLowerCase()
    .toUpperCase();
}
