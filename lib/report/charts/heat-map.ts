import { type ConnectivityData, type MatrixCell, WIRE_PROTOCOLS } from '../../model/connectivity.ts';
import { textWidth } from './layout.ts';
import { INK, VERDICT_COLOUR } from './palette.ts';
import { type Graphic, card, heading, renderSvg, text } from './svg.ts';

/** Pixels. A block is one path: eight protocols in two columns. */
const CELL = { width: 190, height: 30, gap: 4 } as const;
const COLUMNS = 2;
const ROWS = Math.ceil(WIRE_PROTOCOLS.length / COLUMNS);
const BLOCK = {
  width: COLUMNS * (CELL.width + CELL.gap) - CELL.gap,
  height: ROWS * (CELL.height + CELL.gap) - CELL.gap,
  between: 22,
} as const;
const TOP = 108;
const MARGIN = 16;

/** From none to all calls answered. Blue and orange differ for every common kind of colour blindness (Okabe and Ito, 2008). */
const FAILING = '#d55e00';
const PARTLY = '#f3c9a5';
const WORKING = '#cfe5f2';

/**
 * Who reaches whom in which protocol: a row for each calling cluster, a column for each answering one, and in each block the
 * share of calls that were answered and their median latency. Returns a standalone SVG on a card of its own.
 */
export function heatMapSvg(data: ConnectivityData): string {
  const labels = Math.max(...data.callers.map((name) => textWidth(`from ${name}`, 13))) + 2 * MARGIN;
  const size = {
    width: Math.max(labels + data.clusters.length * (BLOCK.width + BLOCK.between), 560),
    height: TOP + data.callers.length * (BLOCK.height + BLOCK.between) + 30,
  };
  const graphic = [
    card(size),
    ...heading(data.verdict, data.title, data.subtitle),
    ...data.clusters.map((name, column) =>
      text(`to ${name}`, labels + column * (BLOCK.width + BLOCK.between), TOP - 18, {
        fontSize: 13,
        fontWeight: 600,
      }),
    ),
    ...data.callers.flatMap((from, row) => {
      const top = TOP + row * (BLOCK.height + BLOCK.between);
      return [
        text(`from ${from}`, MARGIN, top + BLOCK.height / 2, { fontSize: 13, fontWeight: 600 }),
        ...data.clusters.flatMap((to, column) =>
          block(
            data.cells.filter((cell) => cell.from === from && cell.to === to),
            labels + column * (BLOCK.width + BLOCK.between),
            top,
          ),
        ),
      ];
    }),
    ...legend(labels, size.height - 20),
  ];
  return renderSvg({ graphic }, size, `${data.title}: ${data.verdict}`);
}

function block(cells: readonly MatrixCell[], left: number, top: number): Graphic[] {
  return WIRE_PROTOCOLS.flatMap((protocol, index) => {
    const cell = cells.find((one) => one.protocol === protocol);
    const x = left + (index % COLUMNS) * (CELL.width + CELL.gap);
    const y = top + Math.floor(index / COLUMNS) * (CELL.height + CELL.gap);
    return cell ? drawn(cell, x, y) : [];
  });
}

function drawn(cell: MatrixCell, x: number, y: number): Graphic[] {
  const off = cell.state === 'not-applicable';
  const failing = cell.state === 'fails';
  const fill = colourOf(cell);
  const ink = failing && fill === FAILING ? '#ffffff' : off ? INK.quiet : INK.text;
  const middle = y + CELL.height / 2;
  return [
    {
      type: 'rect',
      silent: true,
      z: 5,
      shape: { x: x + 0.5, y: y + 0.5, width: CELL.width - 1, height: CELL.height - 1, r: 4 },
      style: {
        fill,
        stroke: failing ? VERDICT_COLOUR.failed : INK.edge,
        lineWidth: failing ? 2 : 1,
        ...(off ? { lineDash: [3, 3] } : {}),
      },
    },
    text(cell.protocol, x + 8, middle, { fill: ink, fontWeight: 600 }),
    text(valueOf(cell), x + CELL.width - 8, middle, { fill: ink, textAlign: 'right' }),
  ];
}

function colourOf({ state, ok, calls }: MatrixCell): string {
  if (state === 'not-applicable') return INK.card;
  if (state === 'works') return WORKING;
  return ok > 0 && ok < calls ? PARTLY : FAILING;
}

function valueOf({ state, ok, calls, p50Ms }: MatrixCell): string {
  if (state === 'not-applicable') return 'n/a';
  // Rounded down: 100 % is said of all calls only.
  const share = `${calls === 0 ? 0 : Math.floor((ok / calls) * 100)} %`;
  return p50Ms === undefined ? share : `${share}  ${p50Ms < 10 ? p50Ms.toFixed(1) : Math.round(p50Ms)} ms`;
}

function legend(left: number, y: number): Graphic[] {
  const entries = [
    { colour: WORKING, words: 'works' },
    { colour: PARTLY, words: 'some calls fail' },
    { colour: FAILING, words: 'no call is answered' },
    { colour: INK.card, words: 'n/a: the mesh does not carry it there' },
  ];
  let x = left;
  return entries.flatMap(({ colour, words }) => {
    const at = x;
    x += textWidth(words, 11) + 30;
    const square = { x: at, y: y - 5, width: 10, height: 10, r: 2 };
    return [
      {
        type: 'rect',
        silent: true,
        z: 20,
        shape: square,
        style: { fill: colour, stroke: INK.edge, lineWidth: 1 },
      },
      text(words, at + 16, y, { fill: INK.quiet }),
    ];
  });
}
