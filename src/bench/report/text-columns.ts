/** A cell's alignment in its column: names left, figures right. */
export type Alignment = 'left' | 'right';

/**
 * Lines up rows of cells in columns that are as wide as their widest cell, two spaces
 * apart, indented by two. The first column is left-aligned, the others right-aligned
 * unless told otherwise.
 */
export function textColumns(
  rows: readonly (readonly string[])[],
  alignments: readonly Alignment[] = ['left'],
): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  }
  return rows.map((row) => {
    const cells = row.map((cell, column) =>
      (alignments[column] ?? 'right') === 'left'
        ? cell.padEnd(widths[column]!)
        : cell.padStart(widths[column]!),
    );
    return `  ${cells.join('  ')}`.trimEnd();
  });
}

/** Cuts a text to `width` characters; a cut one ends in an ellipsis. */
export function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

/**
 * Breaks a sentence at spaces into lines of at most `width` characters (longer words stay whole).
 */
export function wrapWords(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines;
}
