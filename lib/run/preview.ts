import { planFault } from '../fault/plan.ts';
import { gatewaysName } from '../model/aws-dns.ts';
import type { Environment } from '../model/environment.ts';
import { formatDuration } from '../model/duration.ts';
import type { FaultPlan } from '../model/fault-plan.ts';
import type { Lab } from '../model/lab.ts';
import { PHASES, type Phase, type PlannedTest } from '../model/run.ts';
import type { Durations } from './durations.ts';
import { FAULT_LASTS_MS, HOLD_MS } from './experiment.ts';
import { failoverPair } from './failover-pair.ts';
import { isOf, lastingChanges, type Stage } from './preview-changes.ts';
import { MESH_NAMESPACE, OUTSIDE_NAMESPACE, SHARED_SERVICE } from './workloads.ts';

/**
 * What `verify` would do, in words: clusters that it would make or use, what it would put into them, its tests by
 * phase with the time that they took last, what they change of things that are not Meshproof's, and each fault with
 * targets, mechanism, blast radius and deadline. Changes nothing and calls nothing.
 */
export function previewVerify(
  environment: Environment,
  lab: Lab | undefined,
  plan: {
    tests: readonly PlannedTest[];
    durations: Durations;
    /** Clusters that calls are made from; all when empty. */
    callers: readonly string[];
  },
): string[] {
  const { tests, durations } = plan;
  const { clusters } = environment;
  const names = clusters.map(({ name }) => name);
  const stage = { clusters: names, callers: plan.callers.length === 0 ? names : plan.callers };
  const nodes = clusters.reduce((sum, cluster) => sum + cluster.nodes.length, 0);
  return [
    lab
      ? `use the environment ${environment.name}, which is up, and leave it up`
      : `make the environment ${environment.name}: ${names.join(', ')} (${nodes} nodes, provider ${environment.provider.kind}, mesh ${environment.mesh.driver}), and remove it at the end`,
    `create the namespaces ${MESH_NAMESPACE}, ${OUTSIDE_NAMESPACE} and others of that prefix in every cluster, and delete them at the end`,
    ...PHASES.flatMap((phase) =>
      phaseWords(
        phase,
        tests.filter((test) => test.phase === phase),
        durations,
      ),
    ),
    ...lastingChanges(tests, stage),
    ...faults(tests, stage, lab),
    ...inversion(tests, environment),
  ];
}

const PHASE_WORDS: Record<Phase, string> = {
  conformance: 'side by side',
  exclusive: 'alone, because they change what others look at',
  disruptive: 'alone, under faults',
  last: 'over the whole run',
};

function phaseWords(phase: Phase, tests: readonly PlannedTest[], durations: Durations): string[] {
  if (tests.length === 0) return [];
  const seconds = tests.reduce((sum, { id }) => sum + (durations[id] ?? 0), 0);
  const counts = Map.groupBy(tests, ({ capability }) => capability);
  const words = [...counts].map(([capability, of]) => `${capability} ${of.length}`).join(', ');
  return [
    `run ${tests.length} tests ${PHASE_WORDS[phase]} (${words}); ${formatDuration(seconds * 1000)} in sum`,
  ];
}

/** Faults of the selected tests, on the clusters that these would take. */
function faults(tests: readonly PlannedTest[], stage: Stage, lab: Lab | undefined): string[] {
  const pair = failoverPair(stage.callers, stage.clusters);
  if (!pair) return [];
  const { here, there } = pair;
  const limits = `holds ${formatDuration(HOLD_MS)}, reverted at ${formatDuration(FAULT_LASTS_MS)} at the latest by a dead-man on the target`;
  const words = {
    'failover/node-kill': `node-kill (docker): the node of ${there} that runs ${SHARED_SERVICE}; it loses power with every pod on it`,
    'failover/link-partition': partition(here, there, lab),
  };
  return Object.entries(words).flatMap(([suite, fault]) =>
    tests.some(({ id }) => isOf(id, suite)) ? [`fault ${fault}; ${limits}`] : [],
  );
}

/** The fault of the suite that times a failover of Route 53, where there are records that can fail over. */
function inversion(tests: readonly PlannedTest[], { provider, clusters }: Environment): string[] {
  const [primary] = clusters;
  const dns = provider.kind === 'eks' ? provider.dns : undefined;
  if (!primary || dns?.routing !== 'failover' || !tests.some(({ id }) => isOf(id, 'aws/failover'))) return [];
  return [
    `fault health-check-inversion (route53): the health check of the gateway of ${primary.name}; ${gatewaysName(dns.zone)} leads elsewhere until every cluster has heard it, for one and a half limits and a TTL at the longest, reverted a minute later by a dead-man on AWS`,
  ];
}

function partition(from: string, to: string, lab: Lab | undefined): string {
  if (!lab) return `link-partition (nftables): ${from} → ${to}`;
  return describe(
    planFault({ kind: 'link-partition', from, to }, lab, { run: 'plan', lastsMs: FAULT_LASTS_MS }),
  );
}

function describe(plan: FaultPlan): string {
  return `${plan.spec.kind} (${plan.mechanism}): ${plan.blastRadius}; on ${plan.targets.map(({ node }) => node).join(', ')}`;
}
