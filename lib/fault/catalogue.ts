import type { z } from 'zod';
import { FAULT_KINDS, type FaultKind, type FaultSpec, FREEZABLE, LIES, SCALABLE } from '../model/fault.ts';
import { MeshproofError } from '../support/errors.ts';
import { ONLY_ON_AWS } from './aws/catalogue.ts';
import { faultSchema, parametersOf } from './schema.ts';

/** What a fault is pointed at, as it was typed: texts, and switches that are on. */
export type Given = Record<string, string | boolean | undefined>;

/** One kind of fault, for people: what it does, how it is known to bite and to be gone, and what ends it in any case. */
export interface CatalogueEntry {
  does: string;
  mechanism: string;
  effect: string;
  revert: string;
  deadMan: string;
}

const IN_NODE = 'a systemd timer in the node';
const ON_CONTROL_PLANE = 'a systemd timer in the control-plane node';
const WATCHDOG = 'a watchdog process on this machine, in a session of its own';
const RULES = {
  mechanism: 'nftables, a table of its own in each node',
  effect: 'its rules have counted packets of ours on every node',
  revert: 'the table is gone',
  deadMan: IN_NODE,
};
const AUTHORITY = {
  mechanism: 'the secret cacerts, by kubectl from the control-plane node',
  deadMan: ON_CONTROL_PLANE,
};
const PAUSE = { mechanism: 'docker pause (freezer)', deadMan: WATCHDOG };

export const CATALOGUE: Record<FaultKind, CatalogueEntry> = {
  ...ONLY_ON_AWS,
  'node-kill': {
    does: 'a node loses power',
    mechanism: 'docker kill; on EKS EC2 StopInstances by force, or an experiment of AWS FIS (--by fis)',
    effect: 'its container does not run',
    revert: 'container and kubelet run',
    deadMan: WATCHDOG,
  },
  'node-reboot': {
    does: 'a node shuts down in good order, and starts again at the end',
    mechanism: 'docker stop; on EKS EC2 StopInstances',
    effect: 'its container does not run',
    revert: 'container and kubelet run',
    deadMan: WATCHDOG,
  },
  'node-pause': {
    ...PAUSE,
    does: 'a node hangs: a gray failure, its connections stay open',
    effect: 'its container is paused',
    revert: 'not paused, and the kubelet answers',
  },
  'zone-outage': {
    ...PAUSE,
    does: 'all nodes of a zone hang; on EKS the zone is cut off',
    mechanism: `${PAUSE.mechanism}; on EKS deny entries of network ACLs, or an empty security group (--by)`,
    effect: 'their containers are paused',
    revert: 'none is paused, and their kubelets answer',
  },
  'cluster-outage': {
    ...PAUSE,
    does: 'a whole cluster hangs, control plane included',
    effect: 'all its containers are paused',
    revert: 'none is paused, and all kubelets answer',
  },
  'kubelet-stop': {
    does: 'the kubelet of a node stops; its containers go on',
    mechanism: 'systemctl stop kubelet',
    effect: 'the service is not active',
    revert: 'the service is active',
    deadMan: IN_NODE,
  },
  'runtime-stop': {
    does: 'the container runtime of a node stops; its containers go on',
    mechanism: 'systemctl stop containerd',
    effect: 'the service is not active',
    revert: 'the service is active',
    deadMan: IN_NODE,
  },
  'process-freeze': {
    does: `all copies of a program hang: ${FREEZABLE.join(', ')}`,
    mechanism: 'SIGSTOP, in the nodes',
    effect: 'all their processes are in state T',
    revert: 'none of them is in state T',
    deadMan: IN_NODE,
  },
  'process-slow': {
    does: `all copies of a program answer late, again and again: ${FREEZABLE.join(', ')}`,
    mechanism: 'SIGSTOP and SIGCONT in turn, by a service in the nodes',
    effect: 'their processes stand still at some looks, and not at others',
    revert: 'the service is gone, and none of them is in state T',
    deadMan: IN_NODE,
  },
  'workload-outage': {
    does: `all copies of a program go and stay away: ${SCALABLE.join(', ')}`,
    mechanism: 'kubectl scale, from the control-plane node',
    effect: 'it has no pod left',
    revert: 'as many copies as before are ready',
    deadMan: ON_CONTROL_PLANE,
  },
  'pod-kill': {
    does: 'all pods of an app are killed, once',
    mechanism: 'kubectl delete --grace-period=0, from the control-plane node',
    effect: 'pods are there that are not ready yet',
    revert: 'all pods are ready',
    deadMan: 'the controllers of the pods, which make new ones',
  },
  'pod-crash-loop': {
    does: 'the containers of all pods of an app are killed over and over',
    mechanism: 'SIGKILL, by a service in the nodes',
    effect: 'a container was killed',
    revert: 'the service is gone, and all pods are ready',
    deadMan: IN_NODE,
  },
  'certificate-expiry': {
    ...AUTHORITY,
    does: 'the mesh’s certificate authority in a cluster expires, and all certificates with it: open connections go on, new ones are refused, nobody gets a certificate',
    effect: 'proxies hold certificates that have expired',
    revert:
      'the secret is as before, byte for byte, istiod is trusted, and every proxy has a certificate of the old authority',
  },
  'bad-root': {
    ...AUTHORITY,
    does: 'a root that no other cluster trusts is pushed to the mesh in a cluster, and signs there: new connections to and from other clusters are refused',
    effect: 'proxies hold certificates under that root',
    revert:
      'the secret is as before, byte for byte, istiod is trusted, and no proxy has a certificate of that root, or trusts it',
  },
  'api-outage': { ...RULES, does: 'the API server of a cluster refuses all connections, open ones too' },
  'link-partition': {
    ...RULES,
    does: 'packets of one cluster to another are dropped on arrival: one way or both, in one plane or all',
    mechanism: `${RULES.mechanism}; on EKS also deny entries of network ACLs, or rules of security groups taken away (--by)`,
  },
  'node-partition': {
    ...RULES,
    does: 'a node and the rest of the world lose each other, in one plane or all (dns: also its pods)',
  },
  'link-loss': { ...RULES, does: 'a share of the packets of a link is dropped, by chance' },
  'link-bandwidth': { ...RULES, does: 'packets of a link beyond a rate are dropped' },
  'link-latency': {
    does: 'what one cluster sends to the gateways of another takes longer',
    mechanism: 'a TCP relay in each node; it shows no loss and no UDP',
    effect: 'gateways answer as much later',
    revert: 'rule and relay are gone, and gateways answer at once',
    deadMan: IN_NODE,
  },
  'dns-latency': {
    does: 'DNS questions of the pods of a cluster are answered later',
    mechanism: 'a DNS relay in each node, in front of the cluster DNS',
    effect: 'a question from every node is answered as much later',
    revert: 'rule and relay are gone, and answers come at once',
    deadMan: IN_NODE,
  },
  'dns-wrong-answers': {
    does: `pods that ask for a name, or one below it, are told something else: ${LIES.join(', ')}`,
    mechanism: 'a DNS relay in each node, in front of the cluster DNS',
    effect: 'a question from every node is answered so',
    revert: 'rule and relay are gone, and the name resolves',
    deadMan: IN_NODE,
  },
  'mtu-black-hole': { ...RULES, does: 'large packets of a link vanish, and the sender is not told' },
  'dns-loss': {
    ...RULES,
    does: 'a share of all DNS questions of a cluster is dropped: resolution becomes slow, or fails',
  },
  'conntrack-full': {
    ...RULES,
    does: 'new connections to and from a node and its pods are dropped, open ones go on: a full connection table',
  },
  'cpu-pressure': {
    does: 'processes that only compute run on a node, beside its pods',
    mechanism: 'a service in the node',
    effect: 'they have computed',
    revert: 'the service is gone',
    deadMan: IN_NODE,
  },
  'memory-pressure': {
    does: 'the pods of a node have little more memory together than they use, and something wants it',
    mechanism: 'the memory limit of the kubepods cgroup, by a service in the node',
    effect: 'the limit was run into',
    revert: 'the service is gone, and the limit is what it was',
    deadMan: IN_NODE,
  },
  'disk-pressure': {
    does: 'processes on a node write to its disk as fast as it takes it',
    mechanism: 'a service in the node',
    effect: 'they have written',
    revert: 'the service is gone, and so is what it wrote',
    deadMan: IN_NODE,
  },
};

/** Faults of the field that cannot be had in clusters of kind, and what is missing. */
export const NOT_APPLICABLE: Record<string, string> = {
  'clock-skew':
    'the nodes of kind are containers, which share the clock of their machine: Linux gives none a clock of its own (time_namespaces(7) leave CLOCK_REALTIME out)',
  'link-reorder':
    'packets are reordered by the queueing discipline netem only (sch_netem, which many kernels of containers lack), and no mechanism here uses it; link-latency with a jitter spreads arrivals, and link-loss lets TCP resend',
};

/** The options of all kinds of faults, as they are typed on a command line (`--both-ways`), each once. */
export function faultOptions(): { flag: string; name: string; isSwitch: boolean; kinds: FaultKind[] }[] {
  const options = new Map<string, { flag: string; name: string; isSwitch: boolean; kinds: FaultKind[] }>();
  for (const kind of FAULT_KINDS) {
    for (const { name, type } of parametersOf(kind)) {
      const option = options.get(name) ?? {
        flag: flagOf(name),
        name,
        isSwitch: type === 'switch',
        kinds: [],
      };
      options.set(name, { ...option, kinds: [...option.kinds, kind] });
    }
  }
  return [...options.values()];
}

/** How a kind of fault is typed: `--from … --to … [--plane …] [--both-ways]`. */
export function usageOf(kind: FaultKind): string {
  return parametersOf(kind)
    .map(({ name, required, type }) => {
      const option = type === 'switch' ? flagOf(name) : `${flagOf(name)} …`;
      return required ? option : `[${option}]`;
    })
    .join(' ');
}

/** The fault that a kind and its parameters describe; a `usage` error that says what is missing, unknown or wrong. */
export function specOf(kind: string, given: Given): FaultSpec {
  const known = FAULT_KINDS.find((one) => one === kind);
  const missing = NOT_APPLICABLE[kind];
  if (missing !== undefined) throw new MeshproofError('not-applicable', `${kind}: ${missing}`);
  if (!known) {
    throw new MeshproofError('usage', `no fault ${kind}`, {
      nextStep: `faults: ${FAULT_KINDS.join(', ')}; meshproof fault list says what they do`,
    });
  }
  const parameters = parametersOf(known);
  const values = Object.entries(given).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const isNumber = parameters.some((one) => one.name === name && one.type === 'number');
    return [[name, isNumber ? Number(value) : value] as const];
  });
  const parsed = faultSchema.safeParse({ ...Object.fromEntries(values), kind: known });
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.flatMap((issue) => wrongWords(issue, given));
  throw new MeshproofError('usage', `${known}: ${wrong.join(', ')}`, {
    nextStep: `meshproof fault plan ${known} ${usageOf(known)}`,
  });
}

function wrongWords(issue: z.core.$ZodIssue, given: Given): string[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((name) => `${flagOf(name)} does not belong to it`);
  const name = String(issue.path[0] ?? '');
  if (given[name] === undefined) return [`${flagOf(name)} is missing`];
  return [`${flagOf(name)} ${given[name]}: ${issue.message}`];
}

function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
