import { closest, distance } from 'fastest-levenshtein';

/** Two letters in the wrong order count as two changes. */
const MAX_CHANGES = 2;
/** Of the longer one's letters, where it is long. */
const MAX_CHANGED_SHARE = 0.4;

/** For the name of an option that a command does not have. */
export const FLAG_HINT = {
  write: (name: string): string => `--${name}`,
  otherwise: '; --help lists all',
};

/**
 * `; did you mean "x"?`, as the end of a message about `text`, which is none of `names`;
 * `otherwise` where none of them is like it. `write` gives the name its usual form (a flag's
 * dashes).
 */
export function didYouMean(
  text: string,
  names: readonly string[],
  { write = quoted, otherwise = '' }: { write?: (name: string) => string; otherwise?: string } = {},
): string {
  const name = nearestName(text, names);
  return name === null ? otherwise : `; did you mean ${write(name)}?`;
}

/**
 * One that begins with it (`--dura`) or that it begins with, else the one that takes the fewest
 * changed letters, if few.
 */
function nearestName(wanted: string, names: readonly string[]): string | null {
  if (wanted === '') return null;
  const otherCase = names.find((name) => name.toLowerCase() === wanted.toLowerCase());
  if (otherCase !== undefined) return otherCase;
  const alike = names.filter((name) => name.startsWith(wanted) || wanted.startsWith(name));
  if (alike.length > 0) return closest(wanted, alike);
  const nearest = closest(wanted, names);
  const most = Math.max(wanted.length, nearest.length) * MAX_CHANGED_SHARE;
  return distance(wanted, nearest) <= Math.max(MAX_CHANGES, most) ? nearest : null;
}

function quoted(name: string): string {
  return `"${name}"`;
}
