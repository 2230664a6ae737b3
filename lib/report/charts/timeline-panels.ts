import type { TimelineBin, TimelineData } from '../../model/timeline.ts';
import { roundUp } from './layout.ts';
import { CLUSTER_COLOURS, ERROR_COLOURS, INK, OK_COLOUR, QUANTILE_COLOURS, colourAt } from './palette.ts';
import { type Layer, stack } from './stack.ts';
import { type Graphic, key } from './svg.ts';

/** Where a panel lies, in pixels, and the time that it shows, in seconds. */
export interface PanelBox {
  left: number;
  width: number;
  top: number;
  height: number;
  keyX: number;
  range: readonly [number, number];
  /** Position among the panels; the last one carries the axis labels. */
  index: number;
  /** The lowest of all: it has the axis. */
  isLast: boolean;
}

export interface Panel {
  grid: object;
  xAxis: object;
  yAxis: object;
  series: object[];
  graphics: Graphic[];
}

/** Calls a second, by how they ended. */
export function callsPanel(data: TimelineData, box: PanelBox): Panel {
  const rate = (count: number) => count / data.binSeconds;
  const classes = errorClasses(data.bins);
  const layers: Layer[] = [
    layer(
      'ok',
      OK_COLOUR,
      data.bins.map(({ ok }) => ok),
    ),
    ...classes.map((name, index) =>
      layer(
        name,
        colourAt(ERROR_COLOURS, index),
        data.bins.map(({ errors }) => errors[name] ?? 0),
      ),
    ),
  ];
  const rates = layers.map((one) => ({ ...one, values: one.values.map(rate) }));
  const peak = Math.max(
    0,
    ...data.bins.map((_, bin) => rates.reduce((sum, { values }) => sum + (values[bin] ?? 0), 0)),
  );
  const max = roundUp(peak);
  return {
    ...frame(box, { min: 0, max, interval: max / 2 }),
    series: stack(rates, data, box.index),
    graphics: key('calls a second', layers, box.keyX, box.top),
  };
}

/** p50 and p99 of the calls that ended well, on a logarithmic axis. */
export function latencyPanel(data: TimelineData, box: PanelBox): Panel {
  const known = data.bins.flatMap(({ p50Ms, p99Ms }) => [p50Ms, p99Ms]).filter((ms) => ms !== null && ms > 0);
  const lowest = known.length === 0 ? 1 : Math.min(...known.map(Number));
  const highest = known.length === 0 ? 10 : Math.max(...known.map(Number));
  const min = 10 ** Math.floor(Math.log10(lowest));
  const max = Math.max(10 ** Math.ceil(Math.log10(highest)), min * 10);
  const line = (pick: (bin: TimelineBin) => number | null, colour: string, width: number) => ({
    type: 'line',
    silent: true,
    xAxisIndex: box.index,
    yAxisIndex: box.index,
    symbol: 'circle',
    symbolSize: 3,
    showSymbol: true,
    connectNulls: false,
    lineStyle: { color: colour, width },
    itemStyle: { color: colour },
    data: data.bins.map((bin) => [bin.t + data.binSeconds / 2, pick(bin)]),
  });
  return {
    ...frame(box, { type: 'log', min, max }),
    series: [
      line(({ p99Ms }) => p99Ms, QUANTILE_COLOURS.p99, 2),
      line(({ p50Ms }) => p50Ms, QUANTILE_COLOURS.p50, 2),
    ],
    graphics: key(
      'latency of ok calls, ms',
      [
        { colour: QUANTILE_COLOURS.p99, words: 'p99' },
        { colour: QUANTILE_COLOURS.p50, words: 'p50' },
      ],
      box.keyX,
      box.top,
    ),
  };
}

/** Which cluster answered, as a share of the calls that ended well. */
export function answeredPanel(data: TimelineData, box: PanelBox): Panel {
  const clusters = [...new Set(data.bins.flatMap(({ answeredBy }) => Object.keys(answeredBy)))].sort();
  const layers = clusters.map((name, index) =>
    layer(
      name,
      colourAt(CLUSTER_COLOURS, index),
      data.bins.map(({ answeredBy }) => answeredBy[name] ?? 0),
    ),
  );
  const totals = data.bins.map((_, bin) => layers.reduce((sum, { values }) => sum + (values[bin] ?? 0), 0));
  const shares = layers.map((one) => ({
    ...one,
    values: one.values.map((count, bin) => (totals[bin] ? (100 * count) / totals[bin] : 0)),
  }));
  return {
    ...frame(box, { min: 0, max: 100, interval: 50 }),
    series: stack(shares, data, box.index),
    graphics: key('% of ok calls answered by', layers, box.keyX, box.top),
  };
}

function errorClasses(bins: readonly TimelineBin[]) {
  const totals = new Map<keyof TimelineBin['errors'], number>();
  for (const { errors } of bins) {
    for (const [name, count] of Object.entries(errors) as [keyof TimelineBin['errors'], number][]) {
      if (count > 0) totals.set(name, (totals.get(name) ?? 0) + count);
    }
  }
  return [...totals].sort(([, a], [, b]) => b - a).map(([name]) => name);
}

function layer(name: string, colour: string, values: number[]): Layer {
  const total = values.reduce((sum, value) => sum + value, 0);
  // A thin space between thousands reads the same everywhere.
  const count = String(total).replaceAll(/\B(?=(\d{3})+$)/g, '\u2009');
  return { words: `${name}: ${count}`, colour, values };
}

function frame(box: PanelBox, yAxis: Record<string, unknown>): Pick<Panel, 'grid' | 'xAxis' | 'yAxis'> {
  const { left, width, top, height, index, range, isLast: last } = box;
  const line = { show: true, lineStyle: { color: INK.grid } };
  return {
    grid: { left, top, width, height },
    xAxis: {
      type: 'value',
      gridIndex: index,
      min: range[0],
      max: range[1],
      axisLine: { onZero: false, lineStyle: { color: INK.edge } },
      axisTick: { show: last },
      axisLabel: { show: last, color: INK.quiet, fontSize: 11, showMinLabel: false, showMaxLabel: false },
      splitLine: line,
    },
    yAxis: {
      type: 'value',
      gridIndex: index,
      axisLine: { show: false, onZero: false },
      axisTick: { show: false },
      axisLabel: { color: INK.quiet, fontSize: 11 },
      splitLine: line,
      ...yAxis,
    },
  };
}
