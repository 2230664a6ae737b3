import type { TimelineData } from '../../model/timeline.ts';

/** A layer of a stack: what it is called, its colour, and its height in each bin. */
export interface Layer {
  words: string;
  colour: string;
  values: number[];
}

/** Stacked bars that fill their bins; ECharts' own bars have no width on an axis of numbers. */
export function stack(layers: readonly Layer[], data: TimelineData, axis: number): object[] {
  const floor = data.bins.map(() => 0);
  return layers.map(({ colour, values }) => ({
    type: 'custom',
    silent: true,
    clip: true,
    xAxisIndex: axis,
    yAxisIndex: axis,
    encode: { x: [0, 1], y: [2, 3] },
    renderItem: (_params: unknown, api: RenderApi) => renderBin(api, colour),
    data: data.bins.flatMap((bin, index) => {
      const from = floor[index] ?? 0;
      const to = from + (values[index] ?? 0);
      floor[index] = to;
      return to > from ? [[bin.t, bin.t + data.binSeconds, from, to]] : [];
    }),
  }));
}

interface RenderApi {
  value(dimension: number): number;
  coord(point: [number, number]): [number, number];
}

function renderBin(api: RenderApi, fill: string): object {
  const [x0, y0] = api.coord([api.value(0), api.value(2)]);
  const [x1, y1] = api.coord([api.value(1), api.value(3)]);
  // A hair of white between bins, while they are wide enough to be told apart.
  const width = Math.max(x1 - x0 - (x1 - x0 > 4 ? 0.5 : 0), 0.5);
  return { type: 'rect', shape: { x: x0, y: y1, width, height: y0 - y1 }, style: { fill } };
}
