import { FREEZABLE, type FaultKind, type FaultSpec, type Freezable } from '../model/fault.ts';
import { MeshproofError } from '../support/errors.ts';

/** What a kind of fault is pointed at, by the names of its options. */
export const PARAMETERS = ['cluster', 'node', 'zone', 'program', 'from', 'to'] as const;
export type Parameter = (typeof PARAMETERS)[number];
export type Parameters = Partial<Record<Parameter, string>>;

/** One kind of fault, for people: what it does, how it is known to bite and to be gone, and what ends it in any case. */
export interface CatalogueEntry {
  kind: FaultKind;
  takes: readonly Parameter[];
  does: string;
  mechanism: string;
  effect: string;
  revert: string;
  deadMan: string;
}

const IN_NODE = 'a systemd timer in the node';
const WATCHDOG = 'a watchdog process on this machine, in a session of its own';

export const CATALOGUE: readonly CatalogueEntry[] = [
  {
    kind: 'node-kill',
    takes: ['cluster', 'node'],
    does: 'a node loses power',
    mechanism: 'docker kill',
    effect: 'its container does not run',
    revert: 'container and kubelet run',
    deadMan: WATCHDOG,
  },
  {
    kind: 'node-pause',
    takes: ['cluster', 'node'],
    does: 'a node hangs: a gray failure, its connections stay open',
    mechanism: 'docker pause (freezer)',
    effect: 'its container is paused',
    revert: 'not paused, and the kubelet answers',
    deadMan: WATCHDOG,
  },
  {
    kind: 'zone-outage',
    takes: ['cluster', 'zone'],
    does: 'all nodes of a zone hang',
    mechanism: 'docker pause (freezer)',
    effect: 'their containers are paused',
    revert: 'none is paused, and their kubelets answer',
    deadMan: WATCHDOG,
  },
  {
    kind: 'cluster-outage',
    takes: ['cluster'],
    does: 'a whole cluster hangs, control plane included',
    mechanism: 'docker pause (freezer)',
    effect: 'all its containers are paused',
    revert: 'none is paused, and all kubelets answer',
    deadMan: WATCHDOG,
  },
  {
    kind: 'kubelet-stop',
    takes: ['cluster', 'node'],
    does: 'the kubelet of a node stops; its containers go on',
    mechanism: 'systemctl stop kubelet',
    effect: 'the service is not active',
    revert: 'the service is active',
    deadMan: IN_NODE,
  },
  {
    kind: 'runtime-stop',
    takes: ['cluster', 'node'],
    does: 'the container runtime of a node stops; its containers go on',
    mechanism: 'systemctl stop containerd',
    effect: 'the service is not active',
    revert: 'the service is active',
    deadMan: IN_NODE,
  },
  {
    kind: 'process-freeze',
    takes: ['cluster', 'program'],
    does: `all copies of a program hang: ${FREEZABLE.join(', ')}`,
    mechanism: 'SIGSTOP, in the nodes',
    effect: 'all their processes are in state T',
    revert: 'none of them is in state T',
    deadMan: IN_NODE,
  },
  {
    kind: 'link-partition',
    takes: ['from', 'to'],
    does: 'packets of one cluster to another are dropped on arrival, one way',
    mechanism: 'nftables, a table of its own',
    effect: 'the rule has counted packets',
    revert: 'the table is gone',
    deadMan: IN_NODE,
  },
];

/** The fault that a kind and its parameters describe; a `usage` error that says what is missing, unknown or too much. */
export function specOf(kind: string, given: Parameters): FaultSpec {
  const entry = CATALOGUE.find((one) => one.kind === kind);
  if (!entry) {
    throw new MeshproofError('usage', `no fault ${kind}`, {
      nextStep: `faults: ${CATALOGUE.map((one) => one.kind).join(', ')}; meshproof fault list says what they do`,
    });
  }
  const named = PARAMETERS.filter((name) => given[name] !== undefined);
  const missing = entry.takes.filter((name) => !named.includes(name));
  const surplus = named.filter((name) => !entry.takes.includes(name));
  if (missing.length + surplus.length > 0) {
    const wrong = [
      ...missing.map((name) => `--${name} is missing`),
      ...surplus.map((name) => `--${name} does not belong to it`),
    ];
    throw new MeshproofError('usage', `${kind}: ${wrong.join(', ')}`, {
      nextStep: `meshproof fault plan ${kind} ${entry.takes.map((name) => `--${name} …`).join(' ')}`,
    });
  }
  const value = (name: Parameter) => given[name] ?? '';
  const place = { cluster: value('cluster') };
  switch (entry.kind) {
    case 'node-kill':
    case 'node-pause':
    case 'kubelet-stop':
    case 'runtime-stop':
      return { kind: entry.kind, ...place, node: value('node') };
    case 'zone-outage':
      return { kind: entry.kind, ...place, zone: value('zone') };
    case 'cluster-outage':
      return { kind: entry.kind, ...place };
    case 'process-freeze':
      return { kind: entry.kind, ...place, program: programOf(value('program')) };
    case 'link-partition':
      return { kind: entry.kind, from: value('from'), to: value('to') };
  }
}

function programOf(text: string): Freezable {
  const program = FREEZABLE.find((one) => one === text);
  if (program) return program;
  throw new MeshproofError('usage', `no program ${text} to freeze`, {
    nextStep: `programs: ${FREEZABLE.join(', ')}`,
  });
}
