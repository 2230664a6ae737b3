import { expect, test } from '@playwright/test';
import { tidyNode } from '../../lib/fault/mechanisms/leftovers.ts';
import type { FaultSpec } from '../../lib/model/fault.ts';
import type { Lab } from '../../lib/model/lab.ts';
import { tryExec } from '../../lib/support/exec.ts';
import { waitFor } from '../../lib/support/kube.ts';
import { injector, killGroup, open, start } from './injector.ts';
import { clusterOf, meshproof, requireLab } from './lab.ts';

/** Something that answers while all is well, asked for by another way than the fault's own proof. */
type Health = (lab: Lab) => Promise<boolean>;

interface Case {
  fault: (lab: Lab) => string[];
  health: Health;
}

const CLUSTER = 'west';
const workersOf = (lab: Lab) => clusterOf(lab, CLUSTER).nodes.filter(({ role }) => role === 'worker');
const lastWorker = (lab: Lab) => {
  const node = workersOf(lab).at(-1);
  if (!node) throw new Error(`${CLUSTER} has no worker`);
  return node;
};
const onNode = (kind: string) => (lab: Lab) => [kind, '--cluster', CLUSTER, '--node', lastWorker(lab).name];
const freeze = (program: string) => () => ['process-freeze', '--cluster', CLUSTER, '--program', program];

/** Whether the API server answers a path, asked from its own node; one that stands still can't be asked, and does not. */
function answers(path: (lab: Lab) => string | Promise<string>): Health {
  return async (lab) => {
    const node = clusterOf(lab, CLUSTER).nodes.find(({ role }) => role === 'control-plane')?.container ?? '';
    const kubectl = ['kubectl', '--kubeconfig', '/etc/kubernetes/admin.conf', '--request-timeout=3s'];
    const args = ['exec', node, ...kubectl, 'get', '--raw', await path(lab)];
    return (await tryExec('docker', args, { env: { DOCKER_HOST: lab.dockerHost } })).exitCode === 0;
  };
}

const kubelet = answers((lab) => `/api/v1/nodes/${lastWorker(lab).name}/proxy/healthz`);

/** A path of the health port of every running pod with a label; names are looked up once, while the API answers. */
function podHealth(namespace: string, label: string, tail: string): Health {
  let paths: string[] | undefined;
  return async (lab) => {
    if (!paths) {
      const { items } = await clusterOf(lab, CLUSTER).kube.core.listNamespacedPod({
        namespace,
        labelSelector: label,
      });
      paths = items.map(({ metadata }) => `/api/v1/namespaces/${namespace}/pods/${metadata?.name}:${tail}`);
    }
    const each = await Promise.all(paths.map((path) => answers(() => path)(lab)));
    return each.every(Boolean);
  };
}

const CASES: Record<string, Case> = {
  'node-kill': { fault: onNode('node-kill'), health: kubelet },
  'node-pause': { fault: onNode('node-pause'), health: kubelet },
  'zone-outage': {
    fault: (lab) => ['zone-outage', '--cluster', CLUSTER, '--zone', lastWorker(lab).zone],
    health: kubelet,
  },
  'cluster-outage': {
    fault: () => ['cluster-outage', '--cluster', CLUSTER],
    health: answers(() => '/readyz'),
  },
  'kubelet-stop': { fault: onNode('kubelet-stop'), health: kubelet },
  'runtime-stop': {
    fault: onNode('runtime-stop'),
    health: async (lab) => {
      const args = ['exec', lastWorker(lab).container, 'ctr', '--connect-timeout', '2s', 'version'];
      return (await tryExec('docker', args, { env: { DOCKER_HOST: lab.dockerHost } })).exitCode === 0;
    },
  },
  'freeze of etcd': { fault: freeze('etcd'), health: answers(() => '/readyz/etcd') },
  'freeze of the API server': { fault: freeze('api-server'), health: answers(() => '/readyz') },
  'freeze of istiod': {
    fault: freeze('istiod'),
    health: podHealth('istio-system', 'app=istiod', '8080/proxy/ready'),
  },
  'freeze of CoreDNS': {
    fault: freeze('coredns'),
    health: podHealth('kube-system', 'k8s-app=kube-dns', '8080/proxy/health'),
  },
  'freeze of the gateway': {
    fault: freeze('gateway'),
    health: podHealth('istio-system', 'app=istio-eastwestgateway', '15021/proxy/healthz/ready'),
  },
};

/** What a sweep of all nodes would find. */
async function leftovers(lab: Lab): Promise<string[]> {
  const nodes = lab.clusters.flatMap((cluster) => cluster.nodes);
  return (await Promise.all(nodes.map(({ container }) => tidyNode(lab.dockerHost, container)))).flat();
}

for (const [name, { fault, health }] of Object.entries(CASES)) {
  test(`fault inject: ${name} is felt while it holds, and gone afterwards`, async () => {
    const lab = requireLab();
    const healthy = () => health(lab);
    await waitFor('all is well before', healthy, { timeoutMs: 120_000 });
    const args = [...fault(lab), '--for', '6s', '--yes', '--allow-last-copy', '--json'];
    const running = meshproof(['fault', 'inject', ...args]);
    // Whatever it says, and when: the harm is seen by somebody who asks.
    await waitFor('the harm is felt', async () => !(await healthy()), { timeoutMs: 60_000, everyMs: 100 });
    const { exitCode, stdout, stderr } = await running;
    expect(exitCode, stderr).toBe(0);
    const { effect, reverted, injectedAt } = JSON.parse(stdout) as {
      effect: string;
      injectedAt: { to: number };
      reverted: { startedAt: number; proof: string };
    };
    expect([effect, reverted.proof]).not.toContain('');
    expect(reverted.startedAt - injectedAt.to).toBeGreaterThanOrEqual(5900);
    await waitFor('all is well again', healthy, { timeoutMs: 120_000 });
    expect(await leftovers(lab)).toEqual([]);
  });
}

for (const [name, spec] of [
  ['node-pause', (lab: Lab) => ({ kind: 'node-pause', cluster: CLUSTER, node: lastWorker(lab).name })],
  ['kubelet-stop', (lab: Lab) => ({ kind: 'kubelet-stop', cluster: CLUSTER, node: lastWorker(lab).name })],
  ['freeze of CoreDNS', () => ({ kind: 'process-freeze', cluster: CLUSTER, program: 'coredns' })],
  ['freeze of the API server', () => ({ kind: 'process-freeze', cluster: CLUSTER, program: 'api-server' })],
] as const satisfies [string, (lab: Lab) => FaultSpec][]) {
  test(`${name}: when its maker is killed with -9, the dead-man ends it at the deadline`, async () => {
    const lab = requireLab();
    const healthy = () => CASES[name]?.health(lab) ?? Promise.reject(new Error(`no case ${name}`));
    await waitFor('all is well before', healthy, { timeoutMs: 120_000 });
    const maker = start(injector(spec(lab), 20_000));
    const plan = await waitFor('the fault is meant', async () => open(lab)[0], {
      timeoutMs: 30_000,
      everyMs: 50,
    });
    await waitFor('the harm is felt', async () => !(await healthy()), { timeoutMs: 15_000, everyMs: 100 });
    killGroup(maker);
    await waitFor('all is well again', healthy, { timeoutMs: 60_000, everyMs: 100 });
    // A timer of systemd knows whole seconds; who asks needs a moment, too.
    expect(Date.now() - plan.deadline).toBeGreaterThan(-1500);
    expect(Date.now() - plan.deadline).toBeLessThan(10_000);
    expect((await meshproof(['fault', 'revert'])).exitCode).toBe(0);
    expect(open(lab)).toEqual([]);
    expect(await leftovers(lab)).toEqual([]);
  });
}

test('fault plan touches nothing, and bad input is refused before anything is', async () => {
  const lab = requireLab();
  const plan = await meshproof(['fault', 'plan', ...onNode('node-pause')(lab)]);
  expect(plan.exitCode).toBe(0);
  expect(plan.stdout).toContain(`${CLUSTER}/${lastWorker(lab).name}`);
  for (const [args, says] of [
    [['node-melt'], 'no fault node-melt'],
    [['node-pause', '--cluster', CLUSTER], '--node is missing'],
    [['cluster-outage', '--cluster', 'north'], 'no cluster north'],
    [['cluster-outage', '--cluster', CLUSTER], 'nobody can be asked'],
  ] as const) {
    const refused = await meshproof(['fault', 'inject', ...args, '--allow-last-copy']);
    expect([refused.exitCode, refused.stderr]).toEqual([64, expect.stringContaining(says)]);
  }
  const guarded = await meshproof(['fault', 'inject', ...freeze('istiod')(), '--yes']);
  expect([guarded.exitCode, guarded.stderr]).toEqual([2, expect.stringContaining('last ready copy')]);
  expect(await leftovers(lab)).toEqual([]);
});
