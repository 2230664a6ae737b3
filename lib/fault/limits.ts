import type { FaultKind } from '../model/fault.ts';
import type { FaultPlan } from '../model/fault-plan.ts';
import type { Lab } from '../model/lab.ts';
import { MeshproofError } from '../support/errors.ts';

/** Faults that harm the nodes that they are pointed at; others are rules or programs that happen to live there. */
const OF_NODES: readonly FaultKind[] = [
  'node-kill',
  'node-reboot',
  'node-terminate',
  'node-pause',
  'zone-outage',
  'cluster-outage',
  'kubelet-stop',
  'runtime-stop',
  'node-partition',
  'conntrack-full',
  'cpu-pressure',
  'memory-pressure',
  'disk-pressure',
];

/** What a fault, together with those that hold already, touches beyond what the environment allows; in words. Pure. */
export function overLimits(plan: FaultPlan, lab: Lab, open: readonly FaultPlan[] = []): string[] {
  const { deny, ...most } = lab.environment.faults;
  const all = [...open.filter(({ id }) => id !== plan.id), plan];
  const touched = all.flatMap(({ targets }) => targets);
  const harmed = all.filter(({ spec }) => OF_NODES.includes(spec.kind)).flatMap(({ targets }) => targets);
  const zones = new Set(
    lab.clusters.flatMap(({ name, nodes }) => nodes.map(({ zone }) => `${name} ${zone}`)),
  );
  const zonesHarmed = lab.clusters.flatMap(({ name, nodes }) =>
    nodes
      .filter((node) => harmed.some((one) => one.cluster === name && one.node === node.name))
      .map(({ zone }) => `${name} ${zone}`),
  );
  const words = (what: string, hit: number, of: number, limit: number, setting: string) =>
    hit / of > limit
      ? [
          `${hit} of ${of} ${what} would be touched, ${Math.floor(limit * of)} may be (faults.${setting}: ${limit})`,
        ]
      : [];
  return [
    ...(deny.includes(plan.spec.kind) ? [`${plan.spec.kind} is denied here (faults.deny)`] : []),
    ...lab.clusters.flatMap(({ name, nodes }) => {
      const hit = new Set(harmed.filter(({ cluster }) => cluster === name).map(({ node }) => node)).size;
      return words(`nodes of ${name}`, hit, nodes.length, most.nodes, 'nodes');
    }),
    ...words('zones', new Set(zonesHarmed).size, zones.size, most.zones, 'zones'),
    ...words(
      'clusters',
      new Set(touched.map(({ cluster }) => cluster)).size,
      lab.clusters.length,
      most.clusters,
      'clusters',
    ),
  ];
}

/** Refuses a fault that is beyond the limits of its environment, as a `usage` error; changes nothing. */
export function guardLimits(plan: FaultPlan, lab: Lab, open: readonly FaultPlan[] = []): void {
  const over = overLimits(plan, lab, open);
  if (over.length === 0) return;
  throw new MeshproofError('usage', `${plan.blastRadius}: not allowed: ${over.join('; ')}`, {
    nextStep: `choose another fault or target, or change faults: in ${lab.environment.file}`,
  });
}
