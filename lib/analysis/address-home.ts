import type { LabCluster } from '../model/lab.ts';

/** The cluster that an IPv4 address belongs to: its pod range, or one of its nodes; undefined when it is none's. */
export function homeOf(
  address: string,
  clusters: readonly Pick<LabCluster, 'name' | 'podCidr' | 'nodes'>[],
): string | undefined {
  return clusters.find(
    ({ podCidr, nodes }) => within(address, podCidr) || nodes.some((node) => node.address === address),
  )?.name;
}

function within(address: string, range: string): boolean {
  const [start = '', bits = '32'] = range.split('/');
  const size = 2 ** (32 - Number(bits));
  const [a, b] = [numberOf(address), numberOf(start)];
  return a !== undefined && b !== undefined && Math.floor(a / size) === Math.floor(b / size);
}

function numberOf(address: string): number | undefined {
  const octets = address.split('.').map(Number);
  if (octets.length !== 4 || octets.some((octet) => !(octet >= 0 && octet <= 255))) return undefined;
  return octets.reduce((number, octet) => number * 256 + octet, 0);
}
