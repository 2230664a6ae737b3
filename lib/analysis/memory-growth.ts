import { probit } from 'simple-statistics';
import type { MemoryGrowth } from '../model/cost.ts';
import { quantiles } from './quantile.ts';

/** Memory of one proxy after so many calls. */
export interface MemoryPoint {
  calls: number;
  bytes: number;
}

/** Bytes per call that nobody notices: at 1,000 calls a second, 2.8 GB a day. A page of a log line held for good is more. */
const FLOOR = 32;
/**
 * What one proxy must have grown by at least. Allocators take memory from the kernel in pieces, and give none back: in the lab a
 * healthy proxy went up by 140 kB within its calls 500 to 1,500.
 */
const LEAST_BYTES = 512 * 1024;
/** Probability of each bound to be wrong (DESIGN.md §2: false alarm ≤ 0.1 %). */
const LEVEL = 0.001;
/** Probability with which a steady leak, whose second half looks slow by chance, is taken for a warm-up. */
const SLOWER_LEVEL = 0.25;
/** Share of the calls at the beginning that warm a proxy up: connections, buffers and statistics are made then. */
const WARM_UP = 1 / 3;
/** Readings right after one another say the same; medians of so many blocks are as good as independent. */
const BLOCKS = 12;
/** Fewer settled points have no bounds: Kendall's normal approximation wants ten (Kendall, Rank Correlation Methods, §4). */
const FEWEST = 10;

/**
 * How fast memory grows with calls, after a warm-up, over one or more series of proxies of the same role. The slope is the
 * median of all slopes between two points of the same series, its bounds are Sen's (JASA 1968), pooled over series as in the
 * seasonal Kendall slope (Hirsch, Slack and Smith, Water Resources Research 1982): a single jump, or a few wild readings, do
 * not move them. It `grows` when the lower bound is above the floor and comes to half a MiB a proxy, unless the second half was shown to grow at less than half
 * the pace of the first: a proxy that warms up slows down. Undefined with too few readings for bounds.
 */
export function memoryGrowth(
  series: readonly (readonly MemoryPoint[])[],
  { floor = FLOOR, level = LEVEL }: { floor?: number; level?: number } = {},
): MemoryGrowth | undefined {
  const settled = series.map((points) => blocks(afterWarmUp(points))).filter(({ length }) => length > 2);
  const all = pooledSlope(settled, level);
  const readings = settled.reduce((sum, { length }) => sum + length, 0);
  if (!all || readings < FEWEST) return undefined;
  const calls = settled.reduce((sum, points) => sum + span(points), 0);
  const half = (which: 'first' | 'second') =>
    pooledSlope(
      settled.map((points) => {
        const middle = Math.floor(points.length / 2);
        return which === 'first' ? points.slice(0, middle + 1) : points.slice(middle);
      }),
      SLOWER_LEVEL,
    );
  const shown = all.lower > floor && all.lower * (calls / settled.length) > LEAST_BYTES;
  const slowsDown = (half('second')?.upper ?? Number.POSITIVE_INFINITY) < (half('first')?.slope ?? 0) / 2;
  const state = shown ? (slowsDown ? 'warming-up' : 'grows') : all.upper <= floor ? 'flat' : 'unclear';
  return { state, ...all, floor, calls, readings };
}

function span(points: readonly MemoryPoint[]): number {
  return (points.at(-1)?.calls ?? 0) - (points[0]?.calls ?? 0);
}

function afterWarmUp(points: readonly MemoryPoint[]): MemoryPoint[] {
  const from = (points[0]?.calls ?? 0) + WARM_UP * span(points);
  return points.filter(({ calls }) => calls >= from);
}

/** Medians of {@link BLOCKS} blocks, where there is more than one point for each. */
function blocks(points: readonly MemoryPoint[]): MemoryPoint[] {
  const size = Math.floor(points.length / BLOCKS);
  if (size < 2) return [...points];
  const middle = (values: readonly number[]) => quantiles(values, [0.5])[0] ?? 0;
  return Array.from({ length: BLOCKS }, (_, index) => {
    const end = index === BLOCKS - 1 ? points.length : (index + 1) * size;
    const block = points.slice(index * size, end);
    return { calls: middle(block.map(({ calls }) => calls)), bytes: middle(block.map(({ bytes }) => bytes)) };
  });
}

/** Median of the slopes within series, with one-sided bounds; undefined without any slope. */
function pooledSlope(
  series: readonly (readonly MemoryPoint[])[],
  level: number,
): { slope: number; lower: number; upper: number } | undefined {
  const slopes = series.flatMap(slopesWithin).sort((a, b) => a - b);
  if (slopes.length === 0) return undefined;
  // Ties are left in the variance, which is then too large and never too small.
  const variance = series.reduce((sum, { length: n }) => sum + (n * (n - 1) * (2 * n + 5)) / 18, 0);
  const reach = probit(1 - level) * Math.sqrt(variance);
  const low = Math.floor((slopes.length - reach) / 2);
  const high = Math.ceil((slopes.length + reach) / 2);
  return {
    slope: quantiles(slopes, [0.5])[0] ?? 0,
    lower: slopes[low - 1] ?? Number.NEGATIVE_INFINITY,
    upper: slopes[high] ?? Number.POSITIVE_INFINITY,
  };
}

function slopesWithin(points: readonly MemoryPoint[]): number[] {
  return points.flatMap((one, index) =>
    points.slice(index + 1).flatMap((other) => {
      const calls = other.calls - one.calls;
      return calls > 0 ? [(other.bytes - one.bytes) / calls] : [];
    }),
  );
}
