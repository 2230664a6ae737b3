import type { Observation } from '../model/observation.ts';

/** Where a name is asked from, and what a service is called there. */
export interface SearchQuestion {
  service: { name: string; namespace: string };
  /** Namespace of the pod that asks. */
  from: string;
}

/** A name as somebody types it, and the names that a stub resolver asks until it has the answer. */
export interface SearchCase {
  typed: string;
  asked: string[];
  /** The last of them is the service; false: nobody has it. */
  known: boolean;
}

const ZONE = 'cluster.local';

/**
 * The ways to write a service's name, and what each costs with the search path and `ndots:5` that Kubernetes gives pods
 * (kubernetes.io, "DNS for Services and Pods"). The FQDN without its final dot is left out: it runs through the whole
 * search path, which may end with domains of the node's own.
 */
export function searchCases({ service, from }: SearchQuestion): SearchCase[] {
  const { name, namespace } = service;
  const host = `${name}.${namespace}.svc.${ZONE}`;
  const path = [`${from}.svc.${ZONE}`, `svc.${ZONE}`, ZONE];
  const typed = [...(from === namespace ? [name] : []), `${name}.${namespace}`, `${name}.${namespace}.svc`];
  const found = typed.map((each) => {
    const candidates = path.map((domain) => `${each}.${domain}`);
    return { typed: each, asked: candidates.slice(0, candidates.indexOf(host) + 1), known: true };
  });
  const nobody = `${name}.${namespace}.${ZONE}`;
  return [
    ...found,
    { typed: `${host}.`, asked: [host], known: true },
    { typed: `${nobody}.`, asked: [nobody], known: false },
  ];
}

/**
 * What is wrong with the lookup of a short name, in words. Fewer names than expected are right: a proxy that answers
 * lookups itself may know a name sooner.
 */
export function searchProblem(
  expected: SearchCase,
  {
    outcome,
    asked = [],
    answers = [],
    detail,
  }: Pick<Observation, 'outcome' | 'asked' | 'answers' | 'detail'>,
  addresses: readonly string[],
): string | undefined {
  const inOrder = asked.every((name, index) => name === expected.asked[index]);
  const seen =
    outcome === 'ok' ? [...answers].sort().join(', ') : [outcome, detail].filter(Boolean).join(' ');
  const wanted = expected.known ? [...addresses].sort().join(', ') : 'dns-nxdomain NXDOMAIN';
  if (seen !== wanted)
    return `${expected.typed} is ${seen} instead of ${wanted}, after asking ${asked.join(', ')}`;
  if (inOrder) return undefined;
  return `${expected.typed} was looked up as ${asked.join(', ')} (${asked.length} names) instead of ${expected.asked.join(', ')} (${expected.asked.length})`;
}
