import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJournal, journalFile } from '../fault/journal.ts';
import { electionOfLease } from '../mesh/elections.ts';
import { meshDriver } from '../mesh/registry.ts';
import type { MeshFacts } from '../model/diagnosis.ts';
import type {
  ClusterSnapshot,
  ContainerSnapshot,
  ExpectedRestart,
  LeaderSnapshot,
  Snapshot,
} from '../model/invariants.ts';
import type { Lab, LabCluster } from '../model/lab.ts';
import { errorMessage } from '../support/errors.ts';
import { type Kube, openKube } from '../support/kube.ts';
import { type LogsRead, readLogs } from './container-logs.ts';

/** Looks back on the whole run: from its baseline to now. */
export interface RunWatch {
  /** What was there when the run began; undefined when nobody took it. */
  baseline(): Snapshot | undefined;
  now(): Promise<Snapshot>;
  /** Restarts that the run's own faults explain, since a time in milliseconds since the epoch. */
  expectedRestarts(since: number): ExpectedRestart[];
  /** Logs since a time of every container of platform, mesh and run. */
  logs(since: number): Promise<LogsRead>;
  /** What the mesh says of itself just now, by cluster; undefined when its driver cannot ask it. */
  meshFacts(): Promise<ReadonlyMap<string, MeshFacts> | undefined>;
  /** Namespaces in which every cluster has elections. */
  elections: readonly string[];
}

const FILE = 'invariants-baseline.json';
/** Leases that decide who acts in a cluster. */
const LEADERS = ['kube-system/kube-controller-manager', 'kube-system/kube-scheduler'];

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
    logs: (since) => logsOf(lab, since),
    meshFacts: () => meshFacts(lab),
    elections: ['kube-system', ...(meshDriver(lab.environment).inspection ? [lab.mesh.namespace] : [])],
  };
}

/** Namespaces whose containers must not restart: the platform's, the mesh's and the run's own. */
function isWatched(lab: Lab, namespace: string | undefined): boolean {
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
  const { inspection } = meshDriver(lab.environment);
  const [pods, leaders, meshLeaders, rejections] = await Promise.all([
    kube.core.listPodForAllNamespaces(),
    leadersOf(kube),
    inspection?.leaders(cluster).catch((error: unknown) => ({ unread: errorMessage(error) })) ?? [],
    inspection?.rejections(cluster).catch(() => undefined),
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
  return {
    cluster: cluster.name,
    containers,
    ...('unread' in meshLeaders
      ? { leaders, leadersUnread: meshLeaders.unread }
      : { leaders: [...leaders, ...meshLeaders] }),
    ...(rejections ? { rejections } : {}),
  };
}

/** Clusters one after the other: the programs that read and those that are read share a machine. */
async function logsOf(lab: Lab, since: number): Promise<LogsRead> {
  const proxyContainer = meshDriver(lab.environment).inspection?.proxyContainer;
  const all: LogsRead = { logs: [], unread: [] };
  for (const { name: cluster, kubeconfig } of lab.clusters) {
    const watched = (namespace: string | undefined) => isWatched(lab, namespace);
    const wanted = { cluster, since, isWatched: watched, proxyContainer };
    const { logs, unread } = await readLogs(openKube(kubeconfig), wanted);
    all.logs.push(...logs);
    all.unread.push(...unread);
  }
  return all;
}

async function meshFacts(lab: Lab): Promise<ReadonlyMap<string, MeshFacts> | undefined> {
  const { environment, clusters } = lab;
  const { inspection } = meshDriver(environment);
  if (!inspection) return undefined;
  const context = { environment, clusters, question: {} };
  const facts = clusters.map(
    async (cluster) => [cluster.name, await inspection.facts(cluster, context)] as const,
  );
  return new Map(await Promise.all(facts));
}

async function leadersOf({ coordination }: Kube): Promise<LeaderSnapshot[]> {
  const { items } = await coordination.listNamespacedLease({ namespace: 'kube-system' });
  return items.map(electionOfLease).filter(({ lease }) => LEADERS.includes(lease));
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
