import { createRequire } from 'node:module';
import type { EChartsCoreOption } from 'echarts/core';
import type { Verdict } from '../../model/verdict.ts';
import { escapeXml } from '../junit.ts';
import { textWidth } from './layout.ts';
import { FONT, INK, VERDICT_COLOUR } from './palette.ts';

// One file instead of 600 modules, which every command and every worker of the runner would take a second to load.
const { init } = createRequire(import.meta.url)('echarts/dist/echarts.min') as typeof import('echarts');

export interface Size {
  width: number;
  height: number;
}

/** A drawing of ECharts' graphic component; its own type is too wide to be of help. */
export type Graphic = Record<string, unknown>;

/** Draws a chart as a standalone SVG with a title that screen readers say. */
export function renderSvg(option: EChartsCoreOption, size: Size, title: string): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...size });
  try {
    chart.setOption({ animation: false, textStyle: { fontFamily: FONT, color: INK.text }, ...option });
    const named = `<svg role="img" aria-label="${escapeXml(title)}"`;
    return chart
      .renderToSVGString()
      .replace('<svg', named)
      .replace('>', `><title>${escapeXml(title)}</title>`);
  } finally {
    chart.dispose();
  }
}

/** The card behind a chart. */
export function card({ width, height }: Size): Graphic {
  const shape = { x: 0.5, y: 0.5, width: width - 1, height: height - 1, r: 8 };
  return {
    type: 'rect',
    silent: true,
    z: -100,
    shape,
    style: { fill: INK.card, stroke: INK.edge, lineWidth: 1 },
  };
}

/** Verdict, title and subtitle at the top left; takes 52 pixels. */
export function heading(verdict: Verdict, title: string, subtitle: string): Graphic[] {
  const word = verdict.toUpperCase().replace('-', ' ');
  const pill = textWidth(word, 12) + 18;
  return [
    {
      type: 'rect',
      silent: true,
      z: 5,
      shape: { x: 16, y: 12, width: pill, height: 20, r: 10 },
      style: { fill: VERDICT_COLOUR[verdict] },
    },
    text(word, 16 + pill / 2, 22, { fill: '#ffffff', fontSize: 12, fontWeight: 600, textAlign: 'center' }),
    text(title, 16 + pill + 10, 22, { fontSize: 15, fontWeight: 600 }),
    text(subtitle, 16, 43, { fill: INK.quiet, fontSize: 12 }),
  ];
}

/** A text whose anchor is its left edge (unless `textAlign` says otherwise) and its middle line. */
export function text(content: string, x: number, y: number, style: Record<string, unknown> = {}): Graphic {
  const base = {
    text: content,
    x,
    y,
    fill: INK.text,
    fontSize: 11,
    fontFamily: FONT,
    textVerticalAlign: 'middle',
  };
  return { type: 'text', silent: true, z: 20, style: { ...base, ...style } };
}

/** A straight line above the data, from one point to another. */
export function line([x1, y1, x2, y2]: [number, number, number, number], style: object): Graphic {
  return { type: 'line', silent: true, z: 10, shape: { x1, y1, x2, y2 }, style };
}

/** What stands beside a panel: what it shows, then coloured squares and words, one below the other. */
export function key(
  title: string,
  entries: readonly { colour: string; words: string }[],
  x: number,
  top: number,
): Graphic[] {
  const rows = entries.flatMap(({ colour, words }, index) => {
    const y = top + 24 + index * 16;
    const square = { x, y: y - 5, width: 10, height: 10, r: 2 };
    return [
      { type: 'rect', silent: true, z: 20, shape: square, style: { fill: colour } },
      text(words, x + 16, y),
    ];
  });
  return [text(title, x, top + 6, { fontWeight: 600 }), ...rows];
}
