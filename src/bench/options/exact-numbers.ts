/** Strings are skipped; what else looks like a number in JSON is one. */
const STRINGS_AND_NUMBERS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * The first number of a JSON text that JavaScript cannot hold: an integer that would be
 * rounded, or one beyond all bounds. Null where there is none. Such a number would reach
 * the server as another one, or be compared as another one.
 */
export function inexactNumber(json: string): string | null {
  for (const [token] of json.matchAll(STRINGS_AND_NUMBERS)) {
    if (!token.startsWith('"') && !isExact(token)) return token;
  }
  return null;
}

function isExact(token: string): boolean {
  const value = Number(token);
  if (!Number.isFinite(value)) return false;
  if (Number.isSafeInteger(value) || !/^-?\d+$/.test(token)) return true;
  return BigInt(value) === BigInt(token);
}
