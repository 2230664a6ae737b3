import type { KubernetesObject } from '@kubernetes/client-node';
import { expect, test } from '@playwright/test';
import { inboundHttpFilter, luaFilter } from '../../lib/prove/http-filter.ts';
import { costedCalls } from '../../lib/analysis/costs.ts';
import type { Lab } from '../../lib/model/lab.ts';
import type { Area } from '../../lib/run/area.ts';
import { agentLoad } from '../../lib/run/cost/agent-load.ts';
import { BALLAST_NAMESPACE } from '../../lib/run/cost/ballast.ts';
import { callTimesArea, measureCallTimes } from '../../lib/run/cost/call-times.ts';
import { measureConvergence } from '../../lib/run/cost/convergence.ts';
import { proxyCosts } from '../../lib/run/cost/meter.ts';
import { labBackend } from '../../lib/run/lab-backend.ts';
import { sweepLab } from '../../lib/run/sweep.ts';
import { MESH_CALLER, MESH_NAMESPACE, SHARED_SERVICE } from '../../lib/run/workloads.ts';
import { deployWorld } from '../../lib/run/world.ts';
import { ignoreMissing } from '../../lib/support/kube.ts';
import { silentLog, terminalLog } from '../../lib/support/log.ts';
import { clusterOf, requireLab } from './lab.ts';

const RUN = 'self-test-costs';
const CALLER = 'west';
/** Where the proxies of the called leak, 4 KiB a call; those of the other cluster are the control. */
const LEAKY = 'east';

/** Lua keeps its memory outside of what Envoy counts as allocated: only what the kernel says shows it. */
const leak: Area = {
  objects: ({ cluster }): KubernetesObject[] =>
    cluster.name !== LEAKY
      ? []
      : [
          inboundHttpFilter(
            { name: 'leak', namespace: MESH_NAMESPACE },
            luaFilter(`held = {}
function envoy_on_request(handle)
  held[#held + 1] = string.rep('x', 4096) .. #held
end`),
            SHARED_SERVICE,
          ),
        ],
};

const workloads = {
  namespace: MESH_NAMESPACE,
  client: { cluster: CALLER, app: MESH_CALLER },
  server: SHARED_SERVICE,
};
const load = { cluster: CALLER, service: SHARED_SERVICE, ratePerSecond: 100, seconds: 45 };
const backendOf = (lab: Lab) =>
  labBackend({
    id: RUN,
    command: RUN,
    startedAt: new Date().toISOString(),
    seed: 0,
    output: '',
    lab,
    stages: {},
    world: 'lab',
  });

test.describe.configure({ mode: 'serial' });
test.beforeAll(async () => {
  await sweepLab(requireLab(), silentLog);
  await deployWorld(requireLab(), { run: RUN, areas: [callTimesArea, leak] });
});
test.afterAll(async () => void (await sweepLab(requireLab(), silentLog)));

/** The provider of clusters that are not ours: their nodes must not be entered. */
function asForeign(lab: Lab): Lab {
  const provider = { kind: 'kubeconfig', contexts: {} } as unknown as Lab['environment']['provider'];
  return { ...lab, environment: { ...lab.environment, provider } };
}

test(
  'a proxy that leaks is told from its twin that does not, and both sources agree on what a call costs',
  { tag: '@nightly' },
  async ({}, info) => {
    await using backend = backendOf(requireLab());
    const calls = async () => costedCalls([await agentLoad(backend, load)]);
    const near = await proxyCosts(requireLab(), { workloads, load: calls });
    const far = await proxyCosts(asForeign(requireLab()), { workloads, load: calls });
    const said = ({ figures, growth, notes, readings: { source } }: typeof near) => ({
      source,
      figures,
      growth,
      notes,
    });
    await info.attach('costs.json', { body: JSON.stringify([said(near), said(far)], null, 2) });
    const growing = near.growth.filter(({ growth }) => growth.state === 'grows');
    expect(growing).toMatchObject([{ role: 'server-proxy', cluster: LEAKY, of: 'resident' }]);
    expect(growing[0]?.growth.slope).toBeGreaterThan(3000);
    expect(growing[0]?.growth.slope).toBeLessThan(12_000);
    expect([near.readings.source, far.readings.source]).toEqual(['nodes', 'kubelets']);
    for (const name of ['client-proxy', 'server-proxy', 'gateway'].map((role) => `cpuPerCallMs ${role}`)) {
      const [exact, copied] = [near, far].map(({ figures }) => figures[name] ?? Number.NaN);
      expect(
        (copied ?? 0) / (exact ?? 0),
        `${name}: ${exact} ms by nodes, ${copied} ms by kubelets`,
      ).toBeGreaterThan(0.6);
      expect((copied ?? 0) / (exact ?? 0)).toBeLessThan(1.6);
    }
  },
);

test('both proxies tell of every call where its time went', async ({}, info) => {
  await using backend = backendOf(requireLab());
  const paths = await measureCallTimes(backend, { ...load, seconds: 10 });
  await info.attach('times.json', { body: JSON.stringify(paths, null, 2) });
  expect(paths.map(({ path }) => path)).toEqual(['west to east', 'west to west']);
  for (const { calls, answered, groups, bytesSent, bytesReceived } of paths) {
    expect(calls).toBe(answered);
    expect(bytesSent).toBeGreaterThan(100);
    expect(bytesReceived).toBeGreaterThan(100);
    for (const { parts } of groups) for (const part of Object.values(parts)) expect(part).toBeGreaterThan(0);
  }
});

test(
  'changes reach every proxy of both clusters, and nothing of what was made for it stays',
  { tag: '@nightly' },
  async ({}, info) => {
    await using backend = backendOf(requireLab());
    const found = await measureConvergence(backend, {
      run: RUN,
      sizes: [10, 50],
      changes: 4,
      log: terminalLog(),
    });
    await info.attach('convergence.json', { body: JSON.stringify(found, null, 2) });
    expect(found.map(({ services, proxies, missing }) => ({ services, proxies, missing }))).toEqual(
      [10, 50].map((services) => ({ services, proxies: 4, missing: [] })),
    );
    // Istiod waits 100 ms for more changes before it tells anybody.
    for (const { all, own, remote } of found)
      for (const { fastest } of [all, own, remote]) expect(fastest).toBeGreaterThan(90);
    for (const { name } of requireLab().clusters) {
      const { core } = clusterOf(requireLab(), name).kube;
      expect(await ignoreMissing(core.readNamespace({ name: BALLAST_NAMESPACE }))).toBeUndefined();
      const { items } = await core.listNamespacedService({ namespace: MESH_NAMESPACE });
      expect(items.map(({ metadata }) => metadata?.name).filter((one) => one?.startsWith('marker-'))).toEqual(
        [],
      );
    }
  },
);
