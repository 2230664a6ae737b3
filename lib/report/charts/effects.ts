import type { Verdict } from '../../model/verdict.ts';
import { scale, textWidth } from './layout.ts';
import { INK, VERDICT_COLOUR } from './palette.ts';
import { type Graphic, card, heading, line, renderSvg, text } from './svg.ts';

/** One metric: what each round showed, the mean with its bounds, and the margin that the upper bound must stay below. */
export interface EffectsRow {
  label: string;
  verdict: Verdict;
  /** In units of the effect; null where a round shows none. */
  effects: readonly (number | null)[];
  mean: number | null;
  lower: number | null;
  upper: number | null;
  limit: number;
  /** The bounds as a text, and how a value of the effect is written: `+4.2 %`. */
  range: string;
  words: (effect: number | null) => string;
}

export interface EffectsData {
  title: string;
  subtitle: string;
  verdict: Verdict;
  rows: readonly EffectsRow[];
}

const WIDTH = 920;
const ROW = { top: 84, height: 84, between: 20 } as const;
const ROUNDS = { left: 250, width: 400 } as const;
const MEAN_X = ROUNDS.left + ROUNDS.width + 36;
const WORDS_X = MEAN_X + 26;

/**
 * Effects of a comparison, a row for each metric with a scale of its own: dots are rounds from left to right, the bar beside them is
 * the mean and its bounds, the dashed line is the margin. Above the line is worse. Returns a standalone SVG on a card of its own.
 */
export function effectsSvg({ title, subtitle, verdict, rows }: EffectsData): string {
  const size = { width: WIDTH, height: ROW.top + rows.length * (ROW.height + ROW.between) + 8 };
  const graphic = [
    card(size),
    ...heading(verdict, title, subtitle),
    text('rounds, in their order', ROUNDS.left, 68, { fill: INK.quiet }),
    text('mean and its bounds', MEAN_X - 12, 68, { fill: INK.quiet }),
    ...rows.flatMap((row, index) => drawn(row, ROW.top + index * (ROW.height + ROW.between))),
  ];
  return renderSvg({ graphic }, size, `${title}: ${verdict}`);
}

function drawn(row: EffectsRow, top: number): Graphic[] {
  const { effects, mean, lower, upper, limit, range, words, verdict } = row;
  const known = [...effects, mean, lower, upper].filter((value) => value !== null);
  const highest = Math.max(...known, limit, 0);
  const lowest = Math.min(...known, 0, -limit / 2);
  const toY = scale([lowest, highest], [top + ROW.height - 6, top + 6]);
  const toX = scale([0.5, effects.length + 0.5], [ROUNDS.left, ROUNDS.left + ROUNDS.width]);
  const colour = VERDICT_COLOUR[verdict];
  const right = MEAN_X + 12;
  const [yes, no] = [toY(limit), toY(0)];
  return [
    {
      type: 'rect',
      silent: true,
      z: 1,
      shape: { x: ROUNDS.left, y: top, width: right - ROUNDS.left, height: ROW.height },
      style: { fill: INK.card, stroke: INK.edge, lineWidth: 1 },
    },
    line([ROUNDS.left, no, right, no], { stroke: INK.edge, lineWidth: 1 }),
    line([ROUNDS.left, yes, right, yes], { stroke: VERDICT_COLOUR.failed, lineWidth: 1.5, lineDash: [5, 4] }),
    text(words(0), ROUNDS.left - 8, no, { fill: INK.quiet, textAlign: 'right' }),
    // Two labels on one another say nothing.
    text(words(limit), ROUNDS.left - 8, Math.min(yes, no - 13), {
      fill: VERDICT_COLOUR.failed,
      textAlign: 'right',
    }),
    ...label(row.label, verdict, top),
    ...effects.flatMap((effect, index) =>
      effect === null
        ? []
        : [dot(toX(index + 1), toY(effect), effect > limit ? VERDICT_COLOUR.failed : INK.quiet)],
    ),
    ...(mean === null || lower === null || upper === null
      ? [text('no bounds', WORDS_X, top + ROW.height / 2, { fill: colour, fontWeight: 600 })]
      : [
          line([MEAN_X, toY(lower), MEAN_X, toY(upper)], { stroke: colour, lineWidth: 4 }),
          line([MEAN_X - 7, toY(mean), MEAN_X + 7, toY(mean)], { stroke: colour, lineWidth: 3 }),
          text(words(mean), WORDS_X, top + ROW.height / 2 - 9, {
            fill: colour,
            fontWeight: 600,
            fontSize: 13,
          }),
          text(range, WORDS_X, top + ROW.height / 2 + 9, { fill: INK.quiet }),
        ]),
  ];
}

/** The metric and its verdict at the left, in as many lines as it takes. */
function label(words: string, verdict: Verdict, top: number): Graphic[] {
  const most = ROUNDS.left - 90;
  const lines = words.split(' ').reduce<string[]>((lines, word) => {
    const longer = `${lines.at(-1) ?? ''} ${word}`.trim();
    return lines.length > 0 && textWidth(longer, 12) <= most
      ? [...lines.slice(0, -1), longer]
      : [...lines, word];
  }, []);
  return [
    ...lines.map((one, index) => text(one, 16, top + 12 + index * 16, { fontSize: 12, fontWeight: 600 })),
    text(verdict, 16, top + 14 + lines.length * 16, { fill: VERDICT_COLOUR[verdict] }),
  ];
}

function dot(cx: number, cy: number, fill: string): Graphic {
  return { type: 'circle', silent: true, z: 12, shape: { cx, cy, r: 3.5 }, style: { fill, opacity: 0.85 } };
}
