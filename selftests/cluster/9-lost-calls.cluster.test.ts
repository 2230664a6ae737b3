import { expect, test, type TestInfo } from '@playwright/test';
import { droppedCalls } from '../../lib/gate/dropped.ts';
import type { CallTarget } from '../../lib/model/call-plan.ts';
import type { DroppedCall } from '../../lib/model/gate.ts';
import type { PodEvent } from '../../lib/model/upgrade-record.ts';
import type { RunningPlan } from '../../lib/probe/client.ts';
import { openAgent } from '../../lib/probe/port-forward.ts';
import { restarted, rolledBy, rolledOut } from '../../lib/run/rollouts.ts';
import { sweepLab } from '../../lib/run/sweep.ts';
import { watchUpgrade } from '../../lib/run/watch-upgrade.ts';
import { HTTP_PORT, localService, MESH_CALLER, MESH_NAMESPACE } from '../../lib/run/workloads.ts';
import { deployWorld, podOf } from '../../lib/run/world.ts';
import { waitFor } from '../../lib/support/kube.ts';
import { silentLog, terminalLog } from '../../lib/support/log.ts';
import { clusterOf, requireLab } from './lab.ts';

const SERVER = 'east';
const SERVICE = localService(SERVER);
const HOST = `${SERVICE}.${MESH_NAMESPACE}:${HTTP_PORT}`;
const RATE = 25;
/** More than any restart takes: plans are taken away when it is over. */
const LONGEST_S = 400;
/** Calls of so many seconds before and after a restart. */
const AROUND_S = 5;

const targets: [string, CallTarget, number][] = [
  ['fresh', { protocol: 'http', url: `http://${HOST}/`, connection: 'fresh' }, RATE],
  ['kept', { protocol: 'http', url: `http://${HOST}/`, connection: 'pooled' }, RATE],
  ['WebSocket', { protocol: 'websocket', url: `http://${HOST}/`, messages: 10, gapMs: 300 }, 2],
];

test.describe.configure({ mode: 'serial' });
test.afterAll(async () => void (await sweepLab(requireLab(), silentLog)));

/** Restarts a workload under calls from both clusters; gives the calls that were lost, with their causes. */
async function lostIn(
  workload: { namespace: string; labelSelector: string },
  { graceful }: { graceful: boolean },
  info: TestInfo,
): Promise<DroppedCall[]> {
  const lab = requireLab();
  await sweepLab(lab, silentLog);
  await deployWorld(lab, { run: 'self-test-lost-calls', areas: [], graceful });
  const { kube } = clusterOf(lab, SERVER);
  await using watch = await watchUpgrade(lab);
  await using stack = new AsyncDisposableStack();
  const running: { path: string; port: number; plan: RunningPlan; rate: number }[] = [];
  for (const { name } of lab.clusters) {
    const caller = clusterOf(lab, name);
    const pod = await podOf(caller, MESH_NAMESPACE, MESH_CALLER);
    const agent = stack.use(await openAgent(caller.kube, MESH_NAMESPACE, pod.metadata?.name ?? ''));
    for (const [words, target, rate] of targets) {
      const count = rate * LONGEST_S;
      const plan = await agent.start({ target, ratePerSecond: rate, count, deadlineMs: 5000 });
      stack.defer(() => plan.remove().then(() => undefined));
      const port = 'port' in target ? target.port : HTTP_PORT;
      running.push({ path: `${MESH_CALLER} in ${name} → ${SERVICE}, ${words}`, port, plan, rate });
    }
  }
  const more = () =>
    Promise.all(
      running.map(({ plan, rate }) => {
        const until = plan.recording().observations.length + AROUND_S * rate;
        return plan.collect({ until, timeoutMs: 120_000 });
      }),
    );
  await more();
  const startedAt = Date.now();
  for (const rolled of await rolledBy(kube, [workload])) {
    await restarted(kube, rolled);
    await rolledOut(kube, rolled);
  }
  const steps = [{ words: `restart of ${workload.labelSelector}`, startedAt, endedAt: Date.now() }];
  // What was sent meanwhile, and what the pods' own ends bring.
  await more();
  const podsThat = (what: PodEvent['what']) =>
    new Set(watch.record().events.flatMap((event) => (event.what === what ? [event.pod] : [])));
  await waitFor('the pods that ended are gone', async () => podsThat('ending').isSubsetOf(podsThat('gone')), {
    timeoutMs: 120_000,
  });
  await more();
  const record = watch.record();
  const dropped = running.flatMap(({ path, port, plan }) =>
    droppedCalls(plan.recording(), {
      phase: 'upgrade',
      path,
      steps,
      watched: { service: SERVICE, port, record, clusters: lab.clusters },
    }),
  );
  expect(record.unread).toEqual([]);
  expect(record.events.map(({ what }) => what)).toEqual(
    expect.arrayContaining(['ending', 'stopped', 'ready', 'gone']),
  );
  const calls = running.reduce((sum, { plan }) => sum + plan.recording().observations.length, 0);
  const by = Object.fromEntries(
    [...Map.groupBy(dropped, (one) => one.cause.by)].map(([k, v]) => [k, v.length]),
  );
  terminalLog().info(`${workload.labelSelector}: ${calls} calls, lost: ${JSON.stringify(by)}`);
  for (const one of new Map(dropped.map((one) => [`${one.path} ${one.cause.by}`, one])).values())
    terminalLog().info(`  ${one.at} ${one.path}, ${one.outcome}: ${one.cause.by}: ${one.cause.words}`);
  await info.attach('lost.json', {
    body: JSON.stringify({ dropped, record }, null, 1),
    contentType: 'application/json',
  });
  return dropped;
}

const unexplained = (dropped: DroppedCall[]) =>
  dropped.filter(({ cause }) => cause.by === 'unknown').map(({ path, cause }) => `${path}: ${cause.words}`);
const server = { namespace: MESH_NAMESPACE, labelSelector: `app=${SERVICE}` };

test(
  'a service whose only copy is away for a while is our own doing, and each lost call says so',
  { tag: '@nightly' },
  async ({}, info) => {
    const dropped = await lostIn(server, { graceful: false }, info);
    expect(dropped.length).toBeGreaterThan(0);
    expect(unexplained(dropped)).toEqual([]);
    expect(dropped.some(({ cause }) => cause.by === 'harness')).toBe(true);
  },
);

test('a service that is renewed without a gap loses no call by our own doing', async ({}, info) => {
  const dropped = await lostIn(server, { graceful: true }, info);
  expect(unexplained(dropped)).toEqual([]);
  expect(dropped.filter(({ cause }) => cause.by === 'harness')).toEqual([]);
});

test(
  'calls that are lost with a gateway are put down to the gateway',
  { tag: '@nightly' },
  async ({}, info) => {
    const gateways = { namespace: 'istio-system', labelSelector: 'app=istio-eastwestgateway' };
    const dropped = await lostIn(gateways, { graceful: true }, info);
    expect(unexplained(dropped)).toEqual([]);
    expect(dropped.filter(({ path, cause }) => cause.by === 'mesh' && path.includes(`in ${SERVER}`))).toEqual(
      [],
    );
  },
);
