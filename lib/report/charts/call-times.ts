import { CALL_PARTS, type CallGroup, type CallPart, type PathTimes } from '../../model/call-time.ts';
import { scale, textWidth } from './layout.ts';
import { INK } from './palette.ts';
import { type Graphic, card, renderSvg, text } from './svg.ts';

export interface CallTimesData {
  title: string;
  subtitle: string;
  paths: readonly PathTimes[];
}

/** Okabe and Ito (2008); the proxies, which the mesh adds, stand out from what would be there without it. */
const COLOUR: Record<CallPart, string> = {
  caller: '#cfd8e0',
  'client proxy': '#0072b2',
  network: '#f0e442',
  'server proxy': '#56b4e9',
  application: '#8b949e',
};
/** Parts whose colour takes white letters. */
const DARK = new Set<CallPart>(['client proxy']);

const WIDTH = 920;
const BAR = { left: 232, width: 560, height: 26, between: 8 } as const;
const TOP = 104;
const GROUP_WORDS: Record<CallGroup['group'], string> = {
  typical: 'typical (middle half)',
  slow: 'slowest twentieth',
};

/**
 * Where the time of calls goes: a stacked bar for the typical and one for the slow calls of each path, all on one scale, so that
 * it can be seen what a slow call was slow in. Returns a standalone SVG on a card of its own.
 */
export function callTimesSvg({ title, subtitle, paths }: CallTimesData): string {
  const shown = paths.filter(({ groups }) => groups.length > 0);
  const heights = shown.map(({ groups }) => 24 + groups.length * (BAR.height + BAR.between) + 14);
  const size = { width: WIDTH, height: TOP + heights.reduce((sum, one) => sum + one, 0) + 8 };
  const longest = Math.max(0.001, ...shown.flatMap(({ groups }) => groups.map(({ totalMs }) => totalMs)));
  const toWidth = scale([0, longest], [0, BAR.width]);
  const graphic = [
    card(size),
    text(title, 16, 22, { fontSize: 15, fontWeight: 600 }),
    text(subtitle, 16, 43, { fill: INK.quiet, fontSize: 12 }),
    ...legend(72),
    ...shown.flatMap((path, index) =>
      onePath(path, TOP + heights.slice(0, index).reduce((sum, one) => sum + one, 0), toWidth),
    ),
  ];
  return renderSvg({ graphic }, size, `${title}: ${shown.map(inWords).join('; ')}`);
}

function onePath(
  { path, class: kind, groups, calls }: PathTimes,
  top: number,
  toWidth: (ms: number) => number,
): Graphic[] {
  return [
    text(`${path} (${kind.replace('-', ' ')}), ${calls} calls`, 16, top + 8, {
      fontSize: 12,
      fontWeight: 600,
    }),
    ...groups.flatMap((group, index) => bar(group, top + 24 + index * (BAR.height + BAR.between), toWidth)),
  ];
}

function bar({ group, parts, totalMs }: CallGroup, top: number, toWidth: (ms: number) => number): Graphic[] {
  const middle = top + BAR.height / 2;
  let x = BAR.left;
  const pieces = CALL_PARTS.flatMap((part) => {
    // A difference of two clocks' durations may come out a hair below nothing.
    const width = Math.max(0, toWidth(parts[part]));
    const left = x;
    x += width;
    const words = short(parts[part]);
    return [
      {
        type: 'rect',
        silent: true,
        z: 5,
        shape: { x: left, y: top, width, height: BAR.height },
        style: { fill: COLOUR[part], stroke: INK.card, lineWidth: 1 },
      },
      ...(textWidth(words, 11) + 6 <= width
        ? [
            text(words, left + width / 2, middle, {
              textAlign: 'center',
              ...(DARK.has(part) ? { fill: '#ffffff' } : {}),
            }),
          ]
        : []),
    ];
  });
  return [
    text(GROUP_WORDS[group], BAR.left - 12, middle, { fill: INK.quiet, textAlign: 'right' }),
    ...pieces,
    text(`${short(totalMs)} ms`, x + 8, middle, { fontWeight: 600 }),
  ];
}

function legend(y: number): Graphic[] {
  let x = 16;
  return CALL_PARTS.flatMap((part) => {
    const at = x;
    x += textWidth(part, 11) + 34;
    return [
      {
        type: 'rect',
        silent: true,
        z: 20,
        shape: { x: at, y: y - 5, width: 10, height: 10, r: 2 },
        style: { fill: COLOUR[part], stroke: INK.edge, lineWidth: 1 },
      },
      text(part, at + 16, y, { fill: INK.quiet }),
    ];
  });
}

function inWords({ path, groups }: PathTimes): string {
  const typical = groups.find(({ group }) => group === 'typical');
  const parts = typical
    ? CALL_PARTS.map((part) => `${part} ${short(typical.parts[part])} ms`).join(', ')
    : '';
  return `${path}: ${parts}`;
}

function short(ms: number): string {
  return ms >= 100 ? String(Math.round(ms)) : ms.toFixed(ms >= 10 ? 1 : 2);
}
