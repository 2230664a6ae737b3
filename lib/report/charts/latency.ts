import type { LatencyDistributionData, LatencySeries } from '../../model/timeline.ts';
import { scale } from './layout.ts';
import { INK, VERDICT_COLOUR } from './palette.ts';
import { type Graphic, card, heading, line, renderSvg, text } from './svg.ts';

const PANEL = { width: 330, height: 200, left: 64, top: 92, between: 190 } as const;
const BUDGETED = [
  { quantile: 0.5, name: 'p50', key: 'p50Ms' },
  { quantile: 0.95, name: 'p95', key: 'p95Ms' },
  { quantile: 0.99, name: 'p99', key: 'p99Ms' },
] as const;

/**
 * Latency by quantile, a panel for each path, with the budget of p50, p95 and p99 as bars that the curve must stay
 * below. Quantiles are spread by their nines (0, 90, 99, 99.9 %), because the tail is what budgets are about; the
 * latency axis is logarithmic and the same for all paths. Returns a standalone SVG.
 */
export function latencyDistributionSvg(data: LatencyDistributionData): string {
  const size = {
    width: PANEL.left + data.series.length * (PANEL.width + PANEL.between) - 24,
    height: PANEL.top + PANEL.height + 52,
  };
  const range = latencyRange(data.series);
  const panels = data.series.map((series, index) => panel(series, index, range));
  const option = {
    grid: panels.map(({ grid }) => grid),
    xAxis: panels.map(({ xAxis }) => xAxis),
    yAxis: panels.map(({ yAxis }) => yAxis),
    series: panels.map(({ line }) => line),
    graphic: [
      card(size),
      ...heading(data.verdict, data.title, data.subtitle),
      ...panels.flatMap(({ graphics }) => graphics),
    ],
  };
  return renderSvg(option, size, `${data.title}: ${data.verdict}`);
}

function panel(series: LatencySeries, index: number, [min, max]: readonly [number, number]) {
  const left = PANEL.left + index * (PANEL.width + PANEL.between);
  const points = series.points.filter(({ ms }) => Number.isFinite(ms) && ms > 0);
  const top = points.reduce((highest, { quantile }) => Math.max(highest, quantile), 0.99);
  const toX = scale([0, nines(top)], [left, left + PANEL.width]);
  const toY = scale([Math.log10(min), Math.log10(max)], [PANEL.top + PANEL.height, PANEL.top]);
  const common = { gridIndex: index, axisLabel: { color: INK.quiet, fontSize: 11 } };
  return {
    grid: { left, top: PANEL.top, width: PANEL.width, height: PANEL.height },
    xAxis: { ...common, type: 'value', min: 0, max: nines(top), show: false },
    yAxis: {
      ...common,
      type: 'log',
      min,
      max,
      axisLine: { show: false },
      axisTick: { show: false },
      splitLine: { lineStyle: { color: INK.grid } },
    },
    line: {
      type: 'line',
      silent: true,
      xAxisIndex: index,
      yAxisIndex: index,
      symbolSize: 4,
      lineStyle: { color: INK.text, width: 2 },
      itemStyle: { color: INK.text },
      data: points.map(({ quantile, ms }) => [nines(quantile), ms]),
    },
    graphics: [
      text(`${series.label}, ms`, left, PANEL.top - 20, { fontWeight: 600, fontSize: 12 }),
      ...quantileTicks(top, toX),
      ...BUDGETED.flatMap((one, row) =>
        budgetBar(one, series, { left, x: toX(nines(one.quantile)), toY, row }),
      ),
    ],
  };
}

/** The limit at its quantile, and beside it what was measured; red where the limit is exceeded. */
function budgetBar(
  { quantile, name, key }: (typeof BUDGETED)[number],
  series: LatencySeries,
  { left, x, toY, row }: { left: number; x: number; toY: (exponent: number) => number; row: number },
): Graphic[] {
  const budget = series.budget[key];
  if (budget === undefined) return [];
  const measured = series.points.find((point) => point.quantile === quantile)?.ms;
  const keyX = left + PANEL.width + 24;
  const over = measured !== undefined && measured > budget;
  const colour = over ? VERDICT_COLOUR.failed : VERDICT_COLOUR.passed;
  const y = toY(Math.log10(budget));
  const words = `${measured === undefined ? 'none' : short(measured)}, budget ${short(budget)}`;
  return [
    line([x, PANEL.top, x, PANEL.top + PANEL.height], { stroke: INK.edge, lineDash: [2, 3] }),
    line([x - 16, y, x + 16, y], { stroke: colour, lineWidth: 3 }),
    text(`${name} ${words}`, keyX, PANEL.top + 8 + row * 18, { fill: colour, fontWeight: 600 }),
  ];
}

function quantileTicks(top: number, toX: (nines: number) => number): Graphic[] {
  const shown = [0, 0.5, 0.9, 0.95, 0.99, 0.999].filter((quantile) => quantile <= top);
  const y = PANEL.top + PANEL.height + 14;
  return shown.map((quantile) =>
    text(quantile === 0 ? 'min' : `p${Number((quantile * 100).toFixed(1))}`, toX(nines(quantile)), y, {
      fill: INK.quiet,
      textAlign: 'center',
    }),
  );
}

/** How many nines a quantile has: 0.9 → 1, 0.99 → 2. The maximum is shown as four nines. */
function nines(quantile: number): number {
  return -Math.log10(Math.max(1 - quantile, 1e-4));
}

/** Powers of ten around everything measured and allowed. */
function latencyRange(series: readonly LatencySeries[]): [number, number] {
  const values = series
    .flatMap(({ points, budget }) => [
      ...points.map(({ ms }) => ms),
      budget.p50Ms,
      budget.p95Ms,
      budget.p99Ms,
    ])
    .filter((ms): ms is number => ms !== undefined && Number.isFinite(ms) && ms > 0);
  if (values.length === 0) return [1, 10];
  const min = 10 ** Math.floor(Math.log10(Math.min(...values)));
  return [min, Math.max(10 ** Math.ceil(Math.log10(Math.max(...values))), min * 10)];
}

function short(ms: number): string {
  return String(Number(ms.toPrecision(3)));
}
