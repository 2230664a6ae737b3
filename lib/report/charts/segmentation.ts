import type { AccessCell, SegmentationData } from '../../model/access.ts';
import { textWidth } from './layout.ts';
import { INK, VERDICT_COLOUR } from './palette.ts';
import { type Graphic, card, heading, renderSvg, text } from './svg.ts';

const CELL = { width: 30, height: 24, gap: 2 } as const;
const TOP = 66;
/** Between the columns of two clusters. */
const CLUSTER_GAP = 14;
const FONT_SIZE = 11;

type Kind = 'allowed' | 'denied' | 'leak' | 'block' | 'unclear';

/** What a cell looks like: what is as expected is calm, so that the rest stands out; a mark beside the colour, always. */
const LOOKS: Record<Kind, { fill: string; ink: string; mark: string; words: string }> = {
  allowed: { fill: '#cfe6f7', ink: '#0b3d5c', mark: '✓', words: 'allowed' },
  denied: { fill: INK.grid, ink: INK.quiet, mark: '–', words: 'denied' },
  leak: { fill: VERDICT_COLOUR.failed, ink: '#ffffff', mark: '!', words: 'allowed, and must not be' },
  block: { fill: '#e69f00', ink: '#1f2328', mark: '×', words: 'denied, and must not be' },
  unclear: { fill: '#ffffff', ink: VERDICT_COLOUR.inconclusive, mark: '?', words: 'no evidence' },
};

/**
 * Callers against requests, the servers of each cluster side by side: what the policy expects and what was seen, in one
 * cell. Returns a standalone SVG on a card of its own, which reads the same on light and dark pages.
 */
export function segmentationSvg({ title, subtitle, verdict, cells }: SegmentationData): string {
  const callers = unique(cells.map(({ caller }) => caller));
  const clusters = unique(cells.map(({ cluster }) => cluster));
  const requests = unique(cells.map(({ request }) => request));
  const labelWidth = Math.max(60, ...callers.map((name) => textWidth(name, FONT_SIZE)));
  const left = 16 + labelWidth + 12;
  const slant = Math.max(...requests.map((name) => textWidth(name, FONT_SIZE)), 0) * Math.SQRT1_2;
  const gridTop = TOP + 22 + slant + 10;
  const clusterWidth = requests.length * (CELL.width + CELL.gap) + CLUSTER_GAP;
  const columnX = (cluster: string, request: string) =>
    left + clusters.indexOf(cluster) * clusterWidth + requests.indexOf(request) * (CELL.width + CELL.gap);
  const rowY = (caller: string) => gridTop + callers.indexOf(caller) * (CELL.height + CELL.gap);
  const keyTop = gridTop + callers.length * (CELL.height + CELL.gap) + 14;
  const wide = left + clusters.length * clusterWidth + slant + 4;
  const explained = legend(unique(cells.map(kindOf)), 16, keyTop);
  const size = {
    width: Math.ceil(Math.max(wide, explained.right, textWidth(subtitle, 12) + 32)),
    height: Math.ceil(keyTop + 34),
  };
  const graphic = [
    card(size),
    ...heading(verdict, title, subtitle),
    ...clusters.map((name) =>
      text(`to ${name}`, columnX(name, requests[0] ?? ''), TOP + 8, { fontSize: 12, fontWeight: 600 }),
    ),
    ...clusters.flatMap((cluster) =>
      requests.map((request) => slanted(request, columnX(cluster, request) + CELL.width / 2, gridTop - 10)),
    ),
    ...callers.map((caller) =>
      text(caller, left - 8, rowY(caller) + CELL.height / 2, { textAlign: 'right' }),
    ),
    ...cells.flatMap((cell) => square(kindOf(cell), columnX(cell.cluster, cell.request), rowY(cell.caller))),
    ...explained.graphics,
  ];
  return renderSvg({ graphic }, size, `${title}: ${verdict}`);
}

function kindOf({ expected, observed }: AccessCell): Kind {
  if (expected === 'denied' && observed.includes('allowed')) return 'leak';
  if (expected === 'allowed' && observed.includes('denied')) return 'block';
  return observed.length === 0 || observed.includes('unclear') ? 'unclear' : expected;
}

/** A text that goes up to the right from its anchor: narrow columns have long names. */
function slanted(content: string, x: number, y: number): Graphic {
  return { ...text(content, 0, 0), x, y, rotation: Math.PI / 4 };
}

function square(kind: Kind, x: number, y: number): Graphic[] {
  const { fill, ink, mark } = LOOKS[kind];
  const shape = { x, y, width: CELL.width, height: CELL.height, r: 3 };
  const stroke = kind === 'unclear' ? { stroke: ink, lineWidth: 1, lineDash: [3, 2] } : {};
  return [
    { type: 'rect', silent: true, z: 10, shape, style: { fill, ...stroke } },
    text(mark, x + CELL.width / 2, y + CELL.height / 2, {
      fill: ink,
      fontSize: 13,
      fontWeight: 600,
      textAlign: 'center',
    }),
  ];
}

/** The kinds that occur, one beside the other. */
function legend(kinds: readonly Kind[], left: number, top: number): { graphics: Graphic[]; right: number } {
  let x = left;
  const graphics = (Object.keys(LOOKS) as Kind[])
    .filter((kind) => kinds.includes(kind))
    .flatMap((kind) => {
      const { words } = LOOKS[kind];
      const drawn = [...square(kind, x, top - CELL.height / 2 + 4), text(words, x + CELL.width + 8, top + 4)];
      x += CELL.width + 8 + textWidth(words, FONT_SIZE) + 16;
      return drawn;
    });
  return { graphics, right: x };
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
