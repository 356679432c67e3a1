/**
 * The page's own script: read-outs under the pointer or the arrow keys. It draws nothing
 * that the page does not already say; readings come from each chart's table, so that what
 * is read out and what stands in the table cannot differ. Runs in any browser since 2020.
 */
export const PAGE_SCRIPT = `
'use strict';
const charts = [...document.querySelectorAll('figure.chart')].map((figure) => {
  const area = figure.querySelector('.field');
  const rows = [...figure.querySelectorAll('tbody tr')].map((row) => ({
    x: Number(row.dataset.x),
    ys: row.dataset.y.split(' '),
    cells: [...row.children].map((cell) => cell.textContent),
  }));
  const heads = [...figure.querySelectorAll('thead th')].map((head) => ({
    name: head.textContent,
    key: head.dataset.key,
  }));
  const dots = heads.filter((head) => head.key).map((head) => {
    const dot = document.createElement('div');
    dot.className = 'dot ' + head.key;
    dot.hidden = true;
    area.append(dot);
    return dot;
  });
  const cursor = area.querySelector('.cursor');
  const readout = area.querySelector('.readout');
  return { figure, area, rows, heads, dots, cursor, readout, group: figure.dataset.group, at: -1 };
});

function mark(chart, index) {
  const row = chart.rows[index];
  chart.at = index;
  chart.cursor.hidden = !row;
  if (row) chart.cursor.style.left = row.x * 100 + '%';
  chart.dots.forEach((dot, series) => {
    const y = row ? row.ys[series] : '-';
    dot.hidden = y === '-' || dot.classList.contains('bars');
    if (dot.hidden) return;
    dot.style.left = row.x * 100 + '%';
    dot.style.bottom = Number(y) * 100 + '%';
  });
}

function tell(chart, index) {
  const row = chart.rows[index];
  chart.readout.hidden = !row;
  if (!row) return;
  const title = document.createElement('b');
  title.textContent = row.cells[0];
  const lines = chart.heads.slice(1).map((head, column) => {
    const line = document.createElement('span');
    const key = document.createElement('i');
    key.className = head.key ? 'key ' + head.key : 'key';
    const value = document.createElement('em');
    value.textContent = row.cells[column + 1];
    line.append(key, head.name + ' ', value);
    return line;
  });
  chart.readout.replaceChildren(title, ...lines);
  place(chart, row.x);
}

// Beside the cursor, on the side with more room, and never off the chart's card.
function place(chart, x) {
  const width = chart.area.clientWidth;
  const wide = chart.readout.offsetWidth;
  const beside = x > 0.5 ? x * width - wide - 12 : x * width + 12;
  const gutter = chart.area.offsetLeft - chart.figure.offsetLeft;
  chart.readout.style.left = Math.max(-gutter, Math.min(beside, width - wide)) + 'px';
}

function show(chart, index) {
  for (const other of charts) {
    const together = other === chart || (chart.group && other.group === chart.group);
    if (together) mark(other, index);
  }
  tell(chart, index);
}

function nearest(chart, clientX) {
  const box = chart.area.getBoundingClientRect();
  const x = (clientX - box.left) / box.width;
  let best = 0;
  chart.rows.forEach((row, index) => {
    if (Math.abs(row.x - x) < Math.abs(chart.rows[best].x - x)) best = index;
  });
  return best;
}

const steps = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -Infinity, End: Infinity };
for (const chart of charts) {
  const { area } = chart;
  const last = chart.rows.length - 1;
  const follow = (event) => show(chart, nearest(chart, event.clientX));
  area.tabIndex = 0;
  area.setAttribute('role', 'group');
  area.setAttribute('aria-label', chart.figure.querySelector('h3').textContent + ': arrow keys read the points');
  area.addEventListener('pointermove', follow);
  area.addEventListener('pointerdown', follow);
  area.addEventListener('pointerleave', () => show(chart, -1));
  area.addEventListener('blur', () => show(chart, -1));
  area.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') return show(chart, -1);
    if (!(event.key in steps)) return;
    event.preventDefault();
    show(chart, Math.max(0, Math.min(last, chart.at + steps[event.key])));
  });
}
`;
