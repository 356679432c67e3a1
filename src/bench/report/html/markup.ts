/** A text as it stands in HTML, in an element or in a quoted attribute. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/**
 * A value as JSON that may stand inside a script element: no target name or error text
 * can end the element or begin a comment, and JSON.parse gives the very same value.
 */
export function embeddableJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('>', '\\u003e')
    .replaceAll('&', '\\u0026')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}

/**
 * A figure that a program can find on the page: `path` is where it is in the result's
 * JSON, the value is the exact one, the text is what a person reads. A unit behind the
 * number is set smaller.
 */
export function figureMarkup(path: string, value: number, text: string): string {
  const parts = /^([\d.,<-]+)( .+)?$/.exec(text);
  const [number, unit] = parts === null ? [text, undefined] : [parts[1]!, parts[2]];
  const unitMarkup = unit === undefined ? '' : `<small>${escapeHtml(unit)}</small>`;
  return `<data data-figure="${escapeHtml(path)}" value="${value}">${escapeHtml(number)}${unitMarkup}</data>`;
}

/** A table in a box of its own that scrolls sideways, so that the page never does. */
export function scrollingTable(label: string, head: readonly string[], rows: string): string {
  const cells = head.map((cell) => `<th scope="col">${escapeHtml(cell)}</th>`).join('');
  return `<div class="scroll" role="region" aria-label="${escapeHtml(label)}" tabindex="0"><table><thead><tr>${cells}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

/** Terms and what they are, in two columns. Values are markup, terms are text. */
export function definitionList(entries: readonly (readonly [string, string])[]): string {
  const rows = entries.map(
    ([term, markup]) => `<div><dt>${escapeHtml(term)}</dt><dd>${markup}</dd></div>`,
  );
  return `<dl>${rows.join('')}</dl>`;
}
