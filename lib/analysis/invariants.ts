import type { MeshFacts } from '../model/diagnosis.ts';
import type {
  ClusterSnapshot,
  ContainerSnapshot,
  ExpectedRestart,
  Finding,
  LeaderSnapshot,
  NodeClock,
  Snapshot,
} from '../model/invariants.ts';

/**
 * Containers that were restarted between two snapshots. A pod that was replaced is none: suites scale and roll
 * workloads themselves. One that restarts after it was made is, and so is one on a node that no fault of the run touched.
 */
export function findRestarts(
  before: Snapshot,
  after: Snapshot,
  expected: readonly ExpectedRestart[],
): Finding[] {
  return after.clusters.flatMap(({ cluster, containers }) => {
    const earlier = containersOf(before, cluster);
    return containers.flatMap((one): Finding[] => {
      const restarts = one.restarts - (earlier.get(keyOf(one)) ?? 0);
      if (restarts <= 0 || expected.some((each) => each.cluster === cluster && each.node === one.node))
        return [];
      const subject = `${cluster} ${one.namespace}/${one.pod} container ${one.container}`;
      const end = one.lastEnd === undefined ? '' : ` (${one.lastEnd})`;
      return [{ invariant: 'restarts', subject, words: `${subject} was restarted ${times(restarts)}${end}` }];
    });
  });
}

function containersOf(snapshot: Snapshot, name: string): Map<string, number> {
  const cluster = snapshot.clusters.find((one) => one.cluster === name);
  return new Map((cluster?.containers ?? []).map((one) => [keyOf(one), one.restarts]));
}

function keyOf({ uid, container }: ContainerSnapshot): string {
  return `${uid}/${container}`;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

/** Pushes that were turned down between two snapshots; `seen` are the proxies' own words where there are any. */
export function findRejections(
  before: Snapshot,
  after: Snapshot,
  seen: ReadonlyMap<string, readonly string[]>,
): Finding[] {
  return after.clusters.flatMap(({ cluster, rejections = {} }): Finding[] => {
    const earlier = clusterOf(before, cluster)?.rejections ?? {};
    // A control plane that started meanwhile counts from zero.
    const count = Object.entries(rejections).reduce(
      (sum, [pod, now]) => sum + Math.max(0, now - (earlier[pod] ?? 0)),
      0,
    );
    const words = seen.get(cluster) ?? [];
    if (count === 0 && words.length === 0) return [];
    const subject = `${cluster} configuration`;
    const told = words.length > 0 ? `: ${words.slice(0, 3).join('; ')}` : '';
    return [
      {
        invariant: 'rejections',
        subject,
        words: `${subject} was turned down by proxies ${count === 0 ? 'and still is' : times(count)}${told}`,
      },
    ];
  });
}

/** Why the count of {@link findRejections} would be wrong; undefined when every control plane told its own, both times. */
export function rejectionsInDoubt(before: Snapshot, after: Snapshot): string | undefined {
  const silent = [before, after].flatMap(({ clusters }) =>
    clusters.filter(({ rejections }) => rejections === undefined).map(({ cluster }) => cluster),
  );
  if (silent.length === 0) return undefined;
  return `the control plane in ${[...new Set(silent)].join(', ')} does not say how many pushes were turned down`;
}

function clusterOf(snapshot: Snapshot, name: string): ClusterSnapshot | undefined {
  return snapshot.clusters.find(({ cluster }) => cluster === name);
}

/**
 * Leases that changed hands between two snapshots, those that nobody holds at the second, and those that are gone. That a
 * leader on a node which a fault of the run killed is followed by another is expected.
 */
export function findLostLeaders(
  before: Snapshot,
  after: Snapshot,
  expected: readonly ExpectedRestart[],
): Finding[] {
  return after.clusters.flatMap((now) => {
    const was = clusterOf(before, now.cluster);
    const killed = expected.filter(({ cluster }) => cluster === now.cluster).map(({ node }) => node);
    const found = now.leaders.flatMap((leader) => {
      const earlier = was?.leaders.find(({ lease }) => lease === leader.lease);
      return lossOf(leader, earlier && !ranOn(killed, earlier.holder, was) ? earlier : undefined, after.at);
    });
    const gone = (was?.leaders ?? []).filter(
      ({ lease }) => now.leadersUnread === undefined && !now.leaders.some((leader) => leader.lease === lease),
    );
    return [
      ...found,
      ...gone.map(({ lease, holder }) => ({ lease, words: `is gone; ${holder || 'nobody'} held it` })),
    ].map(({ lease, words }): Finding => {
      const subject = `${now.cluster} ${lease}`;
      return { invariant: 'leaders', subject, words: `${subject} ${words}` };
    });
  });
}

function lossOf(
  { lease, holder, transitions, validUntil }: LeaderSnapshot,
  was: LeaderSnapshot | undefined,
  at: number,
) {
  if (was && transitions > was.transitions) {
    const words = `changed hands ${times(transitions - was.transitions)}: ${was.holder} → ${holder || 'nobody'}`;
    return [{ lease, words }];
  }
  if (holder === '' || validUntil < at) return [{ lease, words: 'is held by nobody: its lease has run out' }];
  return [];
}

/** Holders are named after their pod, or after their node with a number. */
function ranOn(nodes: readonly string[], holder: string, was: ClusterSnapshot | undefined): boolean {
  return nodes.some(
    (node) =>
      holder.startsWith(`${node}_`) ||
      was?.containers.some((container) => container.pod === holder && container.node === node),
  );
}

/** Why nothing can be said of some leaders: somebody did not answer, or a namespace that must have elections showed none. */
export function leadersInDoubt(
  before: Snapshot,
  after: Snapshot,
  namespaces: readonly string[],
): string | undefined {
  const doubts = after.clusters.flatMap(({ cluster, leaders, leadersUnread }) => {
    const was = clusterOf(before, cluster);
    const unread = leadersUnread ?? was?.leadersUnread;
    if (unread !== undefined) return [`the mesh's leaders in ${cluster} could not be read: ${unread}`];
    const seen = [...leaders, ...(was?.leaders ?? [])];
    return namespaces
      .filter((namespace) => !seen.some(({ lease }) => lease.startsWith(`${namespace}/`)))
      .map((namespace) => `no leader was ever seen in ${namespace} of ${cluster}`);
  });
  return doubts.length > 0 ? doubts.join('; ') : undefined;
}

/** Proxies that have not confirmed their newest configuration, or that nobody serves; facts by cluster. */
export function findStaleProxies(facts: ReadonlyMap<string, MeshFacts>): Finding[] {
  return [...facts].flatMap(([cluster, { stale, unserved, controlPlane }]) =>
    [
      ...stale.map(({ proxy, kinds }) => ({
        proxy,
        how: `has not confirmed its newest ${kinds.join(', ')}`,
      })),
      ...unserved.map((proxy) => ({ proxy, how: `is not served by any ${controlPlane}` })),
    ].map(({ proxy, how }): Finding => {
      const subject = `${cluster} ${proxy}`;
      return { invariant: 'stale-proxies', subject, words: `the proxy of ${subject} ${how}` };
    }),
  );
}

/** Why more may be wrong with the proxies than the facts show; undefined when every control plane answered. */
export function proxiesInDoubt(facts: ReadonlyMap<string, MeshFacts>): string | undefined {
  const silent = [...facts].flatMap(([cluster, { controlPlane, unreadable }]) =>
    unreadable === undefined
      ? []
      : [`${controlPlane} in ${cluster} does not say what its proxies know: ${unreadable}`],
  );
  return silent.length > 0 ? silent.join('; ') : undefined;
}

/** Patterns by which programs say that they fell over: Go, klog, zap, Envoy, CoreDNS, Node.js. */
const ALARMS = [
  /^panic: /,
  /\bfatal error: /,
  /^goroutine \d+ \[running\]/,
  /^F\d{4} \d\d:\d\d:\d\d/,
  /\tfatal\t/,
  /\[(PANIC|FATAL)\]/,
  /Recovered from panic|http: panic serving|Observed a panic/i,
  /\[critical\]|assert failure: |envoy bug failure: |Caught Segmentation fault|terminate called after/,
  /FATAL ERROR: .*heap out of memory|Uncaught Exception/i,
] as const;

/** Lines of a log by which a program says that it fell over; lines of an access log are none. At most three. */
export function alarmsIn(log: string): string[] {
  return log
    .split('\n')
    .filter((line) => !line.startsWith('{') && ALARMS.some((alarm) => alarm.test(line)))
    .slice(0, 3)
    .map((line) => line.trim().slice(0, 200));
}

/**
 * The clocks of all nodes against each other. Broken when two differ by more than the limit for certain; in doubt when
 * the measurement is too coarse to tell. Cost grows with the nodes, not with their pairs.
 */
export function judgeClocks(
  clocks: readonly NodeClock[],
  limitMs: number,
): { findings: Finding[]; spreadMs: number; doubt: string | undefined } {
  if (clocks.length < 2) return { findings: [], spreadMs: 0, doubt: undefined };
  const by = (value: (clock: NodeClock) => number) => clocks.toSorted((a, b) => value(a) - value(b));
  const [slowest] = by(({ offsetMs, uncertaintyMs }) => offsetMs + uncertaintyMs);
  const fastest = by(({ offsetMs, uncertaintyMs }) => offsetMs - uncertaintyMs).at(-1);
  const offsets = clocks.map(({ offsetMs }) => offsetMs);
  const spreadMs = Math.max(...offsets) - Math.min(...offsets);
  if (!slowest || !fastest) return { findings: [], spreadMs, doubt: undefined };
  const certain = fastest.offsetMs - fastest.uncertaintyMs - (slowest.offsetMs + slowest.uncertaintyMs);
  if (certain > limitMs) {
    const subject = `${fastest.cluster} ${fastest.node}`;
    const words = `${subject} is at least ${Math.round(certain)} ms ahead of ${slowest.cluster} ${slowest.node}, and the limit is ${limitMs} ms`;
    return { findings: [{ invariant: 'clock-offset', subject, words }], spreadMs, doubt: undefined };
  }
  const possible =
    Math.max(...clocks.map(({ offsetMs, uncertaintyMs }) => offsetMs + uncertaintyMs)) -
    Math.min(...clocks.map(({ offsetMs, uncertaintyMs }) => offsetMs - uncertaintyMs));
  const doubt =
    possible > limitMs
      ? `clocks were read to ±${Math.round(Math.max(...clocks.map(({ uncertaintyMs }) => uncertaintyMs)))} ms only, too coarse for a limit of ${limitMs} ms`
      : undefined;
  return { findings: [], spreadMs, doubt };
}
