import { closest } from 'fastest-levenshtein';

/**
 * The one of `names` that `text` was probably meant to be: the only one that begins with it
 * (`--dura`), else the one that takes the fewest changed letters.
 */
export function nearestName(text: string, names: readonly string[]): string {
  const longer = text === '' ? [] : names.filter((name) => name.startsWith(text));
  return longer.length === 1 ? longer[0]! : closest(text, longer.length > 0 ? longer : names);
}
