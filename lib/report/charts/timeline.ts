import type { TimelineData } from '../../model/timeline.ts';
import { type PlacedLabel, placeLabels, scale } from './layout.ts';
import { INK } from './palette.ts';
import { type Graphic, card, heading, renderSvg, text } from './svg.ts';
import { answeredPanel, callsPanel, latencyPanel } from './timeline-panels.ts';

const LEFT = 76;
const PLOT_WIDTH = 760;
/** Room for the keys, and for the label of a marker at the very end. */
const RIGHT = 204;
const LANE = 16;
const HEADING = 60;
const PANELS = { calls: 150, latency: 120, answered: 90 } as const;
const BETWEEN = 18;
const AXIS = 44;
const BAND_OPACITY = 0.12;
/** What a timeline calls who answered without saying where it is. */
const NOBODY = 'unknown';

/**
 * The failover timeline: calls by outcome, latency, and who answered, over one axis of seconds from the fault; the
 * fault is shaded through all panels, and the phases are named lines. Returns a standalone SVG. A marker or band
 * outside of the measured time widens the axis.
 */
export function timelineSvg(data: TimelineData): string {
  const range = timeRange(data);
  const toX = scale(range, [LEFT, LEFT + PLOT_WIDTH]);
  const markers = placeLabels(
    data.markers.map(({ label, at }) => ({ label: `${label} ${secondsText(at)}`, x: toX(at) })),
  );
  const bands = placeLabels(
    data.bands.map(({ label, from, to }) => ({ label: bandText(label, from, to), x: toX(from) })),
  );
  const top = HEADING + (laneCount(markers) + laneCount(bands)) * LANE + 8;
  const tops = {
    calls: top,
    latency: top + PANELS.calls + BETWEEN,
    answered: top + PANELS.calls + PANELS.latency + 2 * BETWEEN,
  };
  // What no place answers (DNS, an API server) has no such panel.
  const isAnswered = data.bins.some(({ answeredBy }) =>
    Object.keys(answeredBy).some((name) => name !== NOBODY),
  );
  const bottom = isAnswered ? tops.answered + PANELS.answered : tops.latency + PANELS.latency;
  const size = { width: widthFor([...markers, ...bands]), height: bottom + AXIS };
  const box = { left: LEFT, width: PLOT_WIDTH, keyX: LEFT + PLOT_WIDTH + 16, range };
  const panels = [
    callsPanel(data, { ...box, top: tops.calls, height: PANELS.calls, index: 0, isLast: false }),
    latencyPanel(data, { ...box, top: tops.latency, height: PANELS.latency, index: 1, isLast: !isAnswered }),
    ...(isAnswered
      ? [answeredPanel(data, { ...box, top: tops.answered, height: PANELS.answered, index: 2, isLast: true })]
      : []),
  ];
  const option = {
    grid: panels.map(({ grid }) => grid),
    xAxis: panels.map(({ xAxis }) => xAxis),
    yAxis: panels.map(({ yAxis }) => yAxis),
    series: panels.flatMap(({ series }) => series),
    graphic: [
      card(size),
      ...heading(data.verdict, data.title, data.subtitle),
      ...data.bands.flatMap(({ from, to }) => bandArea(toX(from), toX(to), HEADING, bottom)),
      ...bands.map((label) => bandLabel(label, HEADING + (laneCount(bands) - label.lane) * LANE - LANE / 2)),
      ...markers.flatMap((label) => markerLine(label, top - 8 - (label.lane + 0.5) * LANE, bottom)),
      ...panels.flatMap(({ graphics }) => graphics),
      text('seconds from the fault', LEFT + PLOT_WIDTH / 2, bottom + 32, {
        fill: INK.quiet,
        textAlign: 'center',
      }),
    ],
  };
  return renderSvg(option, size, `${data.title}: ${data.verdict}`);
}

function timeRange(data: TimelineData): [number, number] {
  const times = [
    ...data.bins.flatMap(({ t }) => [t, t + data.binSeconds]),
    ...data.bands.flatMap(({ from, to }) => [from, to]),
    ...data.markers.map(({ at }) => at),
  ].filter(Number.isFinite);
  return times.length === 0 ? [0, 1] : [Math.min(...times), Math.max(...times)];
}

function widthFor(labels: readonly PlacedLabel[]): number {
  const ends = labels.map(({ x, width }) => x + width + 8);
  return Math.max(LEFT + PLOT_WIDTH + RIGHT, ...ends);
}

function laneCount(labels: readonly PlacedLabel[]): number {
  return labels.reduce((count, { lane }) => Math.max(count, lane + 1), 0);
}

/** A tint below the data, which keeps its colours, with edges above it, which no bar hides. */
function bandArea(from: number, to: number, top: number, bottom: number): Graphic[] {
  // A fault of no length would be invisible.
  const shape = { x: from, y: top, width: Math.max(to - from, 1), height: bottom - top };
  const edge = (x: number) => ({
    type: 'line',
    silent: true,
    z: 9,
    shape: { x1: x, y1: top, x2: x, y2: bottom },
    style: { stroke: INK.band, lineWidth: 1.5, opacity: 0.8 },
  });
  return [
    { type: 'rect', silent: true, z: -50, shape, style: { fill: INK.band, opacity: BAND_OPACITY } },
    edge(shape.x),
    edge(shape.x + shape.width),
  ];
}

function bandLabel({ label, x }: PlacedLabel, y: number): Graphic {
  return text(label, x + 5, y, { fill: '#a04000', fontWeight: 600 });
}

function markerLine({ label, x }: PlacedLabel, y: number, bottom: number): Graphic[] {
  const shape = { x1: x, y1: y - 6, x2: x, y2: bottom };
  const style = { stroke: INK.marker, lineWidth: 1, lineDash: [3, 3], opacity: 0.75 };
  return [{ type: 'line', silent: true, z: 10, shape, style }, text(label, x + 5, y)];
}

function bandText(label: string, from: number, to: number): string {
  return `${label} (${secondsText(to - from)})`;
}

/** Two decimals below ten seconds: phases of a fast failover differ by less than a tenth. */
function secondsText(seconds: number): string {
  return `${seconds.toFixed(Math.abs(seconds) < 10 ? 2 : 1)} s`;
}
