/**
 * The page's style sheet. Blue and orange are told apart by people with every common kind
 * of colour blindness, and each line has a dash of its own besides. System fonts: a font
 * of our own would be a request or half of the page's weight.
 */
export const PAGE_STYLE = `
:root {
  --paper: #f6f7f5; --card: #ffffff; --ink: #16211f; --muted: #5b6966; --line: #dfe4e1;
  --grid: #e6eae7; --one: #0d6a8f; --two: #bd5400; --three: #74699f; --quiet: #8a9693;
  --good: #16705a; --bad: #b3261e; --alarm: #fdecea; --alarm-line: #b3261e; --note: #fff8e6; --note-line: #c28a00; --edge: #16211f55;
  --mono: ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, 'Liberation Mono', monospace;
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #0d1315; --card: #141c1f; --ink: #e5ebe9; --muted: #96a5a2; --line: #263135;
    --grid: #212b2f; --one: #5cbbe0; --two: #f5a055; --three: #aea6dc; --quiet: #7b8a88;
    --good: #5cc9a7; --bad: #ff8a80; --alarm: #33181a; --alarm-line: #ff8a80; --note: #26210f; --note-line: #d6a531; --edge: #000000cc;
  }
}
* { box-sizing: border-box; margin: 0; }
body {
  background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif;
  font-variant-numeric: tabular-nums; -webkit-text-size-adjust: 100%;
}
main { max-width: 1120px; margin: 0 auto; padding: 36px 28px 56px; }
h1, h2, h3 { line-height: 1.25; font-weight: 600; }
main > h2 { font-size: 13px; letter-spacing: .08em; text-transform: uppercase; color: var(--muted); margin: 44px 0 12px; }
h3 { font-size: 15px; }

.brand { display: flex; align-items: center; gap: 8px; color: var(--one); font-weight: 600; letter-spacing: .01em; }
.brand svg { width: 20px; height: 20px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; }
.title { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 16px; margin-top: 14px; }
h1 { font: 600 28px/1.2 var(--mono); letter-spacing: -.02em; overflow-wrap: anywhere; min-width: 0; }
.verdict { border: 1px solid currentColor; border-radius: 99px; padding: 2px 12px; font-size: 13px; font-weight: 600; white-space: nowrap; }
.good { color: var(--good); } .bad { color: var(--bad); }
.conditions { color: var(--muted); margin-top: 6px; }

.alarm { background: var(--alarm); border: 2px solid var(--alarm-line); border-radius: 10px; padding: 16px 20px; margin-top: 24px; }
.alarm h2 { font-size: 20px; color: var(--bad); margin-bottom: 4px; }
.alarm ul { padding-left: 20px; }
.warnings { background: var(--note); border-left: 3px solid var(--note-line); border-radius: 4px; padding: 10px 16px; margin-top: 16px; font-size: 14px; }
.warnings ul { padding: 0; list-style: none; } .warnings li + li { margin-top: 4px; }

.tiles { display: grid; grid-template-columns: 1.75fr repeat(5, 1fr); margin-top: 28px; background: var(--card); border: 1px solid var(--line); border-radius: 12px; overflow: hidden; }
.tile { padding: 18px 20px 16px; box-shadow: -1px -1px 0 var(--line); min-width: 0; }
.tile .label { font-size: 13px; line-height: 1.25; font-weight: 500; color: var(--muted); white-space: nowrap; }
.tile .figure { font-size: 25px; font-weight: 600; line-height: 1.3; letter-spacing: -.02em; white-space: nowrap; }
.tile.first .figure { color: var(--one); font-size: 38px; line-height: 1.1; }
.tile.bad .figure, .tile.bad .note { color: var(--bad); }
.tile.bad { color: inherit; }
.figure small { font-size: .6em; font-weight: 500; color: var(--muted); letter-spacing: 0; }
.tile .note { font-size: 12.5px; color: var(--muted); }
td small, dd small { font-size: 1em; }

.card, .chart { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 18px 20px; min-width: 0; }
.card > h3 { margin-bottom: 10px; }
.card + .card, .card + .pair, .pair + .card { margin-top: 16px; }
.pair { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 16px; }
.pair .card + .card { margin-top: 0; }
.lead { font-size: 14px; margin-bottom: 10px; }

.charts { display: grid; gap: 16px; grid-template-columns: minmax(0, 1fr); }
.charts.halves { grid-template-columns: repeat(2, minmax(0, 1fr)); }
.charts.wide-first { grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); }
.chart { display: flex; flex-direction: column; }
figcaption { display: flex; flex-wrap: wrap; gap: 0 20px; align-items: baseline; }
figcaption h3 { white-space: nowrap; margin-right: auto; }
figcaption p { order: 3; width: 100%; font-size: 13px; color: var(--muted); }
.legend { display: flex; flex-wrap: wrap; gap: 2px 16px; list-style: none; padding: 0; font-size: 13px; color: var(--muted); }
.key { display: inline-block; width: 18px; height: 0; border-top: 2.5px solid transparent; margin-right: 6px; vertical-align: 4px; }
.key.one { border-color: var(--one); } .key.two { border-color: var(--two); }
.key.three { border-color: var(--three); border-top-style: dotted; } .key.quiet { border-color: var(--quiet); border-top-style: dashed; }
.key.bars { width: 10px; height: 10px; border: 0; border-radius: 2px; vertical-align: -1px; background: var(--one); }
.key.bars.two { background: var(--two); }

.plot { display: grid; grid-template-columns: 58px minmax(0, 1fr); margin-top: 12px; font-size: 12px; color: var(--muted); }
.y-label { grid-column: 1 / -1; padding-bottom: 8px; }
.y-axis { position: relative; }
.y-axis span { position: absolute; right: 8px; transform: translateY(50%); white-space: nowrap; }
.field { position: relative; height: 230px; touch-action: pan-y; outline-offset: 4px; border-radius: 2px; cursor: crosshair; }
.field svg { position: absolute; inset: 0; width: 100%; height: 100%; overflow: visible; }
.x-axis { position: relative; grid-column: 2; height: 22px; margin-top: 6px; }
.x-axis span { position: absolute; transform: translateX(-50%); white-space: nowrap; }
.x-label { grid-column: 2; text-align: right; margin-top: -2px; }
.chart[data-group='time'] .x-label { display: none; }
svg path { vector-effect: non-scaling-stroke; fill: none; }
.grid { stroke: var(--grid); stroke-width: 1; } .grid.faint { opacity: .6; }
.line { stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.line.one { stroke: var(--one); } .line.two { stroke: var(--two); }
.line.three { stroke: var(--three); stroke-width: 2; stroke-dasharray: 0.1 4.5; } .line.quiet { stroke: var(--quiet); stroke-width: 1.5; stroke-dasharray: 5 4; }
svg .fill.one { fill: var(--one); opacity: .13; } svg .fill.two { fill: var(--two); opacity: .13; }
svg .bar.one { fill: var(--one); } svg .bar.two { fill: var(--two); }

[hidden] { display: none !important; }
.cursor { position: absolute; inset: 0 auto 0 0; width: 1px; background: var(--muted); opacity: .55; pointer-events: none; }
.dot { position: absolute; width: 9px; height: 9px; margin: 0 0 -4.5px -4.5px; border-radius: 50%; border: 2px solid var(--card); pointer-events: none; }
.dot { z-index: 1; } .dot.quiet { z-index: 0; }
.dot.one { background: var(--one); } .dot.two { background: var(--two); } .dot.three { background: var(--three); } .dot.quiet { background: var(--quiet); }
.readout { position: absolute; top: 4px; left: 0; z-index: 2; display: grid; gap: 1px; background: var(--card); color: var(--ink); border: 1px solid var(--line); border-radius: 8px; box-shadow: 0 4px 16px #0003; padding: 8px 12px; white-space: nowrap; pointer-events: none; font-size: 13px; }
.readout span { display: grid; grid-template-columns: auto 1fr auto; align-items: center; gap: 0 2px; color: var(--muted); }
.readout .key { vertical-align: 0; }
.readout em { font-style: normal; font-weight: 600; color: var(--ink); padding-left: 12px; text-align: right; }

details { margin-top: auto; padding-top: 12px; font-size: 13px; }
summary { color: var(--muted); cursor: pointer; width: max-content; } summary:hover { color: var(--ink); }
details .scroll { max-height: 320px; margin-top: 8px; overflow-y: auto; }
.scroll { overflow-x: auto; outline-offset: 4px; }
/* A shadow at the edge behind which there is more: the cover over it scrolls away with the table. */
.scroll {
  background: linear-gradient(to left, var(--card) 50%, transparent) right / 40px 100% local no-repeat,
    radial-gradient(farthest-side at 100% 50%, var(--edge), transparent) right / 14px 100% scroll no-repeat;
}
table { border-collapse: collapse; width: 100%; font-size: 13.5px; }
th, td { padding: 6px 0 6px 18px; text-align: right; white-space: nowrap; border-top: 1px solid var(--grid); font-weight: 400; }
thead th { color: var(--muted); font-weight: 500; font-size: 12.5px; border-top: 0; }
th:first-child { text-align: left; padding-left: 0; padding-right: 8px; position: sticky; left: 0; background: var(--card); max-width: 240px; overflow: hidden; text-overflow: ellipsis; }
details thead th { position: sticky; top: 0; background: var(--card); }
details thead th:first-child { z-index: 1; }

dl { font-size: 14px; }
dl div { display: flex; gap: 4px 16px; justify-content: space-between; padding: 5px 0; border-top: 1px solid var(--grid); }
dl div:first-child { border-top: 0; }
dt { color: var(--muted); flex: none; max-width: 75%; } dd { text-align: right; overflow-wrap: anywhere; min-width: 0; }
.counters dl { columns: 3; column-gap: 36px; }
.counters dl div { break-inside: avoid; border-top: 0; border-bottom: 1px solid var(--grid); }
.zero { color: var(--muted); } .counters .bad { font-weight: 700; }
pre { font: 13.5px/1.6 var(--mono); white-space: pre-wrap; overflow-wrap: anywhere; }
pre span { display: inline-block; max-width: 100%; }
footer { margin-top: 40px; font-size: 13px; color: var(--muted); }

@media (max-width: 960px) {
  .tiles { grid-template-columns: repeat(5, 1fr); } .tile.first { grid-column: 1 / -1; }
  .charts.wide-first, .charts.halves, .pair { grid-template-columns: minmax(0, 1fr); }
  .counters dl { columns: 2; }
}
@media (max-width: 640px) {
  main { padding: 20px 14px 40px; }
  h1 { font-size: 20px; }
  .tiles { grid-template-columns: repeat(2, 1fr); } .tile { padding: 14px 16px 12px; } .tile:last-child { grid-column: 1 / -1; }
  .card, .chart { padding: 14px; border-radius: 10px; }
  .field { height: 200px; }
  .plot { grid-template-columns: 50px minmax(0, 1fr); }
  .x-axis .minor { display: none; }
  .counters dl { columns: 1; }
}
@media print { body { background: none; } .card, .chart, .tiles { break-inside: avoid; } details { display: none; }
  /* Paper does not scroll. */
  .scroll { overflow: visible; background: none; } .scroll table { font-size: 8px; } .scroll :is(th, td) { padding: 2px 3px; } }
`;
