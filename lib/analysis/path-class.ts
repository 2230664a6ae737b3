import type { PathClass } from '../model/load.ts';

/** Where one end of a path is. */
export interface PathEnd {
  cluster: string;
  network: string;
  region: string;
  zone: string;
  node: string;
}

/** The kinds that a path is of; none within a region of several clusters on one network. Pure. */
export function pathClasses(from: PathEnd, to: PathEnd): PathClass[] {
  if (from.cluster === to.cluster) {
    if (from.node === to.node) return ['same-node'];
    return [from.zone === to.zone ? 'same-zone' : 'cross-zone'];
  }
  return [
    ...(from.region === to.region ? [] : (['cross-region'] as const)),
    ...(from.network === to.network ? [] : (['through-gateway'] as const)),
  ];
}
