import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { droppedCalls } from '../../lib/gate/dropped.ts';
import { parseSide } from '../../lib/gate/sides.ts';
import { planUpgrade, stepWords } from '../../lib/gate/upgrade-plan.ts';
import type { Recording } from '../../lib/model/call-plan.ts';
import { openAgent } from '../../lib/probe/port-forward.ts';
import { openChanges, sweepChanges } from '../../lib/run/changes.ts';
import { runningProxies } from '../../lib/run/mesh-change.ts';
import { settingsOf } from '../../lib/run/mesh-settings.ts';
import { sweepLab } from '../../lib/run/sweep.ts';
import { takeStep } from '../../lib/run/upgrade.ts';
import { HTTP_PORT, localService, MESH_CALLER, MESH_NAMESPACE } from '../../lib/run/workloads.ts';
import { deployWorld, podOf } from '../../lib/run/world.ts';
import { silentLog, terminalLog } from '../../lib/support/log.ts';
import { environmentDir } from '../../lib/support/paths.ts';
import { killedOnceItSays } from './injector.ts';
import { clusterOf, requireLab } from './lab.ts';

/** The cluster whose proxies change; calls come from the other one, through the first one's gateways. */
const CLUSTER = 'east';
const CALLER = 'west';
const CANDIDATE = 'envoy:1.40.0';
const RUN = 'self-test-upgrade';
/** More than any step takes: a plan is taken away when its step is over. */
const PLAN = { ratePerSecond: 20, count: 20 * 900, deadlineMs: 2000 };
const options = { log: terminalLog(), signal: new AbortController().signal };

const installed = () => requireLab().images.versions['envoy'];
const versionsIn = async (cluster: string) => [
  ...new Set((await runningProxies(requireLab(), cluster)).map(({ version }) => version)),
];

test.describe.configure({ mode: 'serial' });
test.beforeAll(async () => {
  await sweepLab(requireLab(), silentLog);
  await deployWorld(requireLab(), { run: RUN, areas: [] });
});
test.afterAll(async () => void (await sweepLab(requireLab(), silentLog)));

/** Calls the service that lives in the cluster, from the other one, until `work` and two seconds more are over. */
async function underCalls<T>(work: () => Promise<T>): Promise<{ result: T; recording: Recording }> {
  const caller = clusterOf(requireLab(), CALLER);
  const pod = await podOf(caller, MESH_NAMESPACE, MESH_CALLER);
  await using agent = await openAgent(caller.kube, MESH_NAMESPACE, pod.metadata?.name ?? '');
  const url = `http://${localService(CLUSTER)}.${MESH_NAMESPACE}:${HTTP_PORT}/`;
  const plan = await agent.start({ target: { protocol: 'http', url, connection: 'fresh' }, ...PLAN });
  try {
    await plan.collect({ until: PLAN.ratePerSecond, timeoutMs: 60_000 });
    const result = await work();
    const sent = plan.recording().observations.length;
    await plan.collect({ until: sent, timeoutMs: 60_000 });
    const { observations } = await plan.collect({
      until: plan.recording().observations.length + 2 * PLAN.ratePerSecond,
      timeoutMs: 60_000,
    });
    expect(
      observations.map(({ sequence }) => sequence),
      'no call is missing',
    ).toEqual(observations.map((_, index) => index));
    return { result, recording: plan.recording() };
  } finally {
    await plan.remove();
  }
}

test(
  'the proxies of a cluster get another Envoy and their own again under calls, each lost one is listed',
  { tag: '@nightly' },
  async ({}, info) => {
    const lab = requireLab();
    const to = await settingsOf(parseSide(CANDIDATE), lab, options);
    const { upgrade, rollback } = planUpgrade([CLUSTER], { from: {}, to });
    const changes = openChanges(lab, RUN);
    try {
      for (const step of [...upgrade, ...rollback]) {
        const { result, recording } = await underCalls(() => takeStep(lab, changes, step, options));
        const wanted = step.to === 'to' ? CANDIDATE.replace('envoy:', '') : installed();
        const { startedAt, endedAt, renewed, proxies } = result;
        expect([...new Set(proxies.map(({ version }) => version))], JSON.stringify(proxies)).toEqual([
          wanted,
        ]);
        expect(new Set(proxies.map(({ namespace }) => namespace))).toEqual(
          new Set([MESH_NAMESPACE, 'istio-system']),
        );
        expect(renewed).toContain(`${MESH_NAMESPACE}/${localService(CLUSTER)}`);
        expect(await versionsIn(CALLER), 'the other cluster is left alone').toEqual([installed()]);
        const dropped = droppedCalls(recording, {
          phase: step.to === 'to' ? 'upgrade' : 'rollback',
          path: `${MESH_CALLER} in ${CALLER} → ${localService(CLUSTER)} in ${CLUSTER}, http`,
          steps: [{ words: stepWords(step), startedAt, endedAt }],
        });
        const failed = recording.observations.filter(({ outcome }) => outcome !== 'ok');
        expect(dropped.map(({ outcome }) => outcome)).toEqual(failed.map(({ outcome }) => outcome));
        expect(recording.observations.length).toBeGreaterThan(failed.length);
        const body = {
          to: wanted,
          seconds: (endedAt - startedAt) / 1000,
          renewed,
          proxies,
          calls: recording.observations.length,
          dropped,
        };
        options.log.info(JSON.stringify(body));
        await info.attach(`${step.to}.json`, {
          body: JSON.stringify(body, null, 1),
          contentType: 'application/json',
        });
      }
      expect(await changes.revert(), 'the way back left nothing to undo').toEqual([]);
    } finally {
      await changes.revert();
    }
  },
);

test('kill -9 while proxies start anew: a sweep gives the mesh back as it was installed', async () => {
  const lab = requireLab();
  await settingsOf(parseSide(CANDIDATE), lab, options);
  const program = `
    import { parseSide } from './lib/gate/sides.ts';
    import { planUpgrade } from './lib/gate/upgrade-plan.ts';
    import { openChanges } from './lib/run/changes.ts';
    import { settingsOf } from './lib/run/mesh-settings.ts';
    import { findLab } from './lib/run/provision.ts';
    import { takeStep } from './lib/run/upgrade.ts';
    const lab = findLab('kind-istio');
    const log = { info: (line) => console.log(line), warn() {}, debug() {} };
    const options = { log, signal: new AbortController().signal };
    const to = await settingsOf(parseSide('${CANDIDATE}'), lab, options);
    const [step] = planUpgrade(['${CLUSTER}'], { from: {}, to }).upgrade;
    await takeStep(lab, openChanges(lab, '${RUN}'), step, options);`;
  const { by, said } = await killedOnceItSays(program, 'starts anew');
  expect(by, said).toBe('SIGKILL');
  expect(await versionsIn(CLUSTER), 'it was in the middle of it').toContain(CANDIDATE.replace('envoy:', ''));
  expect(await sweepChanges(lab)).toEqual([`${RUN}: mesh of ${CLUSTER} as it was installed`]);
  expect(await versionsIn(CLUSTER)).toEqual([installed()]);
  expect(existsSync(join(environmentDir(lab.environment.name), 'changes.jsonl'))).toBe(false);
  expect(await sweepChanges(lab)).toEqual([]);
});
