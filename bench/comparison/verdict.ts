/** How a figure stands to its bar, for a table. */
export function verdict(isMet: boolean): string {
  return isMet ? 'met' : 'not met';
}
