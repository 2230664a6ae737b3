import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJournal, journalFile } from '../fault/journal.ts';
import { meshDriver } from '../mesh/registry.ts';
import type {
  ClusterSnapshot,
  ContainerSnapshot,
  ExpectedRestart,
  LeaderSnapshot,
  Snapshot,
} from '../model/invariants.ts';
import type { Lab, LabCluster } from '../model/lab.ts';
import { type Kube, openKube } from '../support/kube.ts';

/** Looks back on the whole run: from its baseline to now. */
export interface RunWatch {
  /** What was there when the run began; undefined when nobody took it. */
  baseline(): Snapshot | undefined;
  now(): Promise<Snapshot>;
  /** Restarts that the run's own faults explain, since a time in milliseconds since the epoch. */
  expectedRestarts(since: number): ExpectedRestart[];
}

const FILE = 'invariants-baseline.json';
/** Leases that decide who acts in a cluster. */
const LEADERS = ['kube-controller-manager', 'kube-scheduler'];

/** Writes what is there now into the run's folder: the invariants are judged against it at the end. */
export async function takeBaseline(lab: Lab, output: string): Promise<void> {
  const snapshot = await takeSnapshot(lab);
  mkdirSync(output, { recursive: true });
  writeFileSync(join(output, FILE), `${JSON.stringify(snapshot, null, 1)}\n`);
}

/** The watch of a run, by the folder of its report. */
export function runWatch(lab: Lab, output: string): RunWatch {
  return {
    baseline: () => {
      const file = join(output, FILE);
      return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Snapshot) : undefined;
    },
    now: () => takeSnapshot(lab),
    expectedRestarts: (since) => killedNodes(lab, since),
  };
}

/** Namespaces whose containers must not restart: the platform's, the mesh's and the run's own. */
export function isWatched(lab: Lab, namespace: string | undefined): boolean {
  return (
    namespace === 'kube-system' ||
    namespace === lab.mesh.namespace ||
    (namespace ?? '').startsWith('meshproof-')
  );
}

async function takeSnapshot(lab: Lab): Promise<Snapshot> {
  const clusters = await Promise.all(lab.clusters.map((cluster) => clusterSnapshot(lab, cluster)));
  return { at: Date.now(), clusters };
}

async function clusterSnapshot(lab: Lab, cluster: LabCluster): Promise<ClusterSnapshot> {
  const kube = openKube(cluster.kubeconfig);
  const [pods, leaders, rejections] = await Promise.all([
    kube.core.listPodForAllNamespaces(),
    leadersOf(kube),
    meshDriver(lab.environment)
      .inspection?.rejections(cluster)
      .catch(() => undefined),
  ]);
  const containers = pods.items
    .filter(({ metadata }) => isWatched(lab, metadata?.namespace))
    .flatMap(({ metadata, spec, status }): ContainerSnapshot[] =>
      [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].map((one) => {
        const last = one.lastState?.terminated;
        return {
          namespace: metadata?.namespace ?? '',
          pod: metadata?.name ?? '',
          uid: metadata?.uid ?? '',
          node: spec?.nodeName ?? '',
          container: one.name,
          restarts: one.restartCount,
          ...(last ? { lastEnd: `${last.reason ?? 'ended'}, exit code ${last.exitCode}` } : {}),
        };
      }),
    );
  return { cluster: cluster.name, containers, leaders, ...(rejections ? { rejections } : {}) };
}

async function leadersOf({ coordination }: Kube): Promise<LeaderSnapshot[]> {
  const { items } = await coordination.listNamespacedLease({ namespace: 'kube-system' });
  return items
    .filter(({ metadata }) => LEADERS.includes(metadata?.name ?? ''))
    .map(({ metadata, spec }) => ({
      lease: `kube-system/${metadata?.name}`,
      holder: spec?.holderIdentity ?? '',
      transitions: spec?.leaseTransitions ?? 0,
      validUntil: new Date(spec?.renewTime ?? 0).getTime() + (spec?.leaseDurationSeconds ?? 15) * 1000,
    }));
}

/** Nodes that faults killed since a time: whatever ran there was restarted. */
function killedNodes(lab: Lab, since: number): ExpectedRestart[] {
  return readJournal(journalFile(lab.environment.name))
    .filter(({ at, step }) => step === 'intent' && at >= since)
    .flatMap(({ plan }) =>
      plan?.spec.kind === 'node-kill'
        ? plan.targets.map(({ cluster, node }) => ({ cluster, node, why: `${plan.spec.kind} ${plan.id}` }))
        : [],
    );
}
