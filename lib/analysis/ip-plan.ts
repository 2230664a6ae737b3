import type { AddressUse } from '../model/connectivity.ts';
import { type AddressRange, contains, overlap, rangeOf } from './address-range.ts';

type RangeKind = 'pods' | 'services' | 'nodes';

interface RangeName {
  cluster: string;
  kind: RangeKind;
  range: string;
}

/** Two ranges that share addresses. */
interface Overlap {
  severity: 'failed' | 'remark';
  words: string;
  between: readonly [RangeName, RangeName];
}

interface NamedRange extends RangeName, AddressRange {
  network: string;
}

const KINDS: readonly RangeKind[] = ['pods', 'services', 'nodes'];
const NAMES: Record<RangeKind, string> = {
  pods: 'pod range',
  services: 'service range',
  nodes: 'node address',
};

/**
 * Ranges that collide. Within a cluster, and where nodes (which carry the gateways) are hidden by another cluster's range or
 * share an address, calls go astray on any kind of network: failed. Pods of clusters on one network call each other by
 * address, so that their ranges must differ: failed. Otherwise a range means something in its own cluster only: a remark.
 */
export function ipOverlaps(uses: readonly AddressUse[]): Overlap[] {
  const ranges = uses.flatMap(rangesOf);
  return ranges.flatMap((a, index) =>
    ranges.slice(index + 1).flatMap((b) => (collide(a, b) ? [describe(a, b)] : [])),
  );
}

function collide(a: NamedRange, b: NamedRange): boolean {
  // Node addresses of one cluster are listed one by one; its pod ranges are slices of one.
  const sameList = a.cluster === b.cluster && a.kind === b.kind;
  return !sameList && overlap(a, b);
}

function describe(a: NamedRange, b: NamedRange): Overlap {
  const words = `${nameOf(a)} and ${nameOf(b)} overlap`;
  const between = [bare(a), bare(b)] as const;
  const failed = (why: string): Overlap => ({ severity: 'failed', words: `${words}${why}`, between });
  if (a.cluster === b.cluster) return failed(': the cluster cannot tell them apart');
  if (a.kind === 'nodes' && b.kind === 'nodes') return failed(': two machines with one address');
  const node = [a, b].find(({ kind }) => kind === 'nodes');
  const other = node === a ? b : a;
  if (node)
    return failed(
      `: calls from ${other.cluster} to that node, and to a gateway on it, stay in ${other.cluster}`,
    );
  const onOneNetwork = a.network === b.network;
  const direct = a.kind === 'pods' || b.kind === 'pods';
  if (onOneNetwork && direct) return failed(' on one network: pods there are called by address');
  return {
    severity: 'remark',
    words: `${words}; harmless while ${onOneNetwork ? 'service addresses are called in their own cluster only' : 'the clusters reach each other through gateways only'}`,
    between,
  };
}

function bare({ cluster, kind, range }: RangeName): RangeName {
  return { cluster, kind, range };
}

function nameOf({ cluster, kind, range }: NamedRange): string {
  return `${NAMES[kind]} ${range} of ${cluster}`;
}

function rangesOf(use: AddressUse): NamedRange[] {
  const { cluster, network } = use;
  return KINDS.flatMap((kind) =>
    use[kind].flatMap((range) => {
      const bounds = rangeOf(range);
      return bounds ? [{ cluster, network, kind, range, ...bounds }] : [];
    }),
  );
}

/** Live ranges that the environment's file does not have, in words. */
export function undeclared(
  uses: readonly AddressUse[],
  declared: readonly { name: string; podCidr: string; serviceCidr: string }[],
): string[] {
  return uses.flatMap(({ cluster, pods, services }) => {
    const file = declared.find(({ name }) => name === cluster);
    const stray = (ranges: readonly string[], allowed: string | undefined, what: string) =>
      ranges
        .filter((range) => !isWithin(range, allowed))
        .map((range) => `${cluster} uses the ${what} ${range}, which its environment file does not have`);
    return [
      ...stray(pods, file?.podCidr, 'pod range'),
      ...stray(services, file?.serviceCidr, 'service range'),
    ];
  });
}

function isWithin(range: string, outer: string | undefined): boolean {
  const [a, b] = [rangeOf(range), outer === undefined ? undefined : rangeOf(outer)];
  // What is no IPv4 range is not judged.
  return a === undefined || (b !== undefined && contains(b, a));
}

const MARKS = { failed: '❌', remark: '⚠️' } as const;

/** The plan as a Markdown table in which ranges that collide are marked; below it, with what and why. */
export function ipPlanTable(
  uses: readonly AddressUse[],
  overlaps: readonly Overlap[],
  strays: readonly string[],
): string {
  const cell = (cluster: string, kind: RangeKind, ranges: readonly string[]) =>
    ranges
      .map((range) => {
        const of = overlaps.filter(({ between }) =>
          between.some((one) => one.cluster === cluster && one.kind === kind && one.range === range),
        );
        const worst = of.find(({ severity }) => severity === 'failed') ?? of[0];
        return worst ? `${range} ${MARKS[worst.severity]}` : range;
      })
      .join(', ');
  const rows = uses.map(
    ({ cluster, network, ...ranges }) =>
      `| ${cluster} | ${network} | ${KINDS.map((kind) => cell(cluster, kind, ranges[kind])).join(' | ')} |`,
  );
  return [
    '| cluster | network | pods | services | nodes |',
    '|---|---|---|---|---|',
    ...rows,
    '',
    ...(overlaps.length === 0 ? ['Nothing overlaps.'] : []),
    ...overlaps.map(({ severity, words }) => `- ${MARKS[severity]} ${words}`),
    ...strays.map((words) => `- ${words}`),
    '',
  ].join('\n');
}
