import { mustBeDisturbable } from '../fault/consent.ts';
import { guardFault } from '../fault/guard.ts';
import { injectFault } from '../fault/inject.ts';
import { planLive } from '../fault/plan.ts';
import { K6_API_PORT } from '../load/job.ts';
import { runK6 } from '../load/k6.ts';
import { meshDriver } from '../mesh/registry.ts';
import type { LabCluster } from '../model/lab.ts';
import type { RunManifest } from '../model/run.ts';
import { systemClock } from '../support/clock.ts';
import { MeshproofError, errorMessage } from '../support/errors.ts';
import { type Kube, apply, openKube, remove, waitFor } from '../support/kube.ts';
import { runInNode } from '../support/node-access.ts';
import { agentPool, podAgents } from './agents.ts';
import type { Backend } from './backend.ts';
import { providerCapabilities } from './capabilities.ts';
import { openChanges } from './changes.ts';
import { runWatch } from './invariants.ts';
import { diagnoseLab } from './lab-diagnose.ts';
import { openGuest } from './guest.ts';
import { readService } from './service-view.ts';
import { MESH_NAMESPACE, RUN_LABEL, serviceObject, withRunLabels } from './workloads.ts';
import { worldReady } from './world.ts';

/** The backend of a real lab. Opens connections as they are needed; dispose closes them. */
export function labBackend(manifest: RunManifest): Backend {
  const { lab, id: run } = manifest;
  const own = { run, environment: lab.environment.name };
  const driver = meshDriver(lab.environment);
  const kubes = new Map<string, Kube>(
    lab.clusters.map(({ name, kubeconfig }) => [name, openKube(kubeconfig)]),
  );
  const kubeOf = (cluster: string) => kubes.get(cluster) ?? unknownCluster(cluster);
  const clusterOf = (name: string): LabCluster =>
    lab.clusters.find((one) => one.name === name) ?? unknownCluster(name);
  const agents = agentPool(podAgents(clusterOf, kubeOf));
  const tool = async () => lab.tools.istioctl;

  return {
    lab,
    ...(manifest.callers ? { callers: manifest.callers } : {}),
    clock: systemClock,
    mtls: driver.mtls,
    driver: {
      ...driver,
      capabilities: [...driver.capabilities, ...providerCapabilities(lab.environment.provider)],
    },
    kube: kubeOf,
    async onNode(cluster, node, command, options = {}) {
      // Where there is no engine it takes a privileged pod.
      mustBeDisturbable(lab, `a command on ${node}`);
      const container = clusterOf(cluster).nodes.find(({ name }) => name === node)?.container;
      if (container === undefined) throw new MeshproofError('bug', `no node ${node} in cluster ${cluster}`);
      return runInNode(lab.access, container, command, options);
    },
    async apply(clusters, objects) {
      const marked = withRunLabels(objects, own);
      const each = (change: typeof apply) =>
        Promise.all(clusters.map((name) => change(kubeOf(name), marked)));
      await each(apply);
      return async () => void (await each(remove));
    },
    changes: (owner) => openChanges(lab, owner),
    guest: () =>
      openGuest({
        lab,
        run,
        open: (wider) => labBackend({ ...manifest, lab: wider }),
      }),
    agent: (caller) => agents.agent(caller),
    async pods(cluster, namespace, app) {
      const { items } = await kubeOf(cluster).core.listNamespacedPod({
        namespace,
        labelSelector: `app=${app}`,
      });
      return items
        .filter(({ status, metadata }) => status?.phase === 'Running' && !metadata?.deletionTimestamp)
        .map((pod) => ({
          name: pod.metadata?.name ?? '',
          address: pod.status?.podIP ?? '',
          node: pod.spec?.nodeName ?? '',
          zone: clusterOf(cluster).nodes.find(({ name }) => name === pod.spec?.nodeName)?.zone ?? '',
        }));
    },
    async endpoints(cluster, namespace, service) {
      const slices = await kubeOf(cluster).discovery.listNamespacedEndpointSlice({
        namespace,
        labelSelector: `kubernetes.io/service-name=${service}`,
      });
      return slices.items
        .flatMap(({ endpoints }) => endpoints ?? [])
        .filter(({ conditions }) => conditions?.ready === true)
        .flatMap(({ addresses }) => addresses);
    },
    async clusterIp(cluster, namespace, name) {
      const service = await kubeOf(cluster).core.readNamespacedService({ namespace, name });
      return service.spec?.clusterIP ?? '';
    },
    service: (cluster, namespace, name) => readService(kubeOf(cluster), namespace, name),
    async addService(name, namespace, app) {
      const [service] = withRunLabels([serviceObject(name, namespace, { app })], own);
      if (!service) throw new MeshproofError('bug', 'a service that is none');
      const everywhere = (change: typeof apply) =>
        Promise.all([...kubes.values()].map((kube) => change(kube, [service])));
      await everywhere(apply);
      return async () => void (await everywhere(remove));
    },
    load: ({ cluster, plan, node, pastProxy = [] }) =>
      runK6(kubeOf(cluster), {
        plan,
        namespace: MESH_NAMESPACE,
        image: lab.images.k6,
        labels: { [RUN_LABEL]: run },
        ...(node === undefined ? {} : { nodeSelector: { 'kubernetes.io/hostname': node } }),
        ...(pastProxy.length === 0 || !driver.bypass
          ? {}
          : { podAnnotations: driver.bypass.outbound(pastProxy) }),
        operator: {
          runnerAnnotations: driver.bypass?.inbound([K6_API_PORT]) ?? {},
          starterLabels: driver.bypass?.without ?? {},
        },
      }),
    async inject(spec, lastsMs) {
      const plan = await planLive(spec, lab, { run, lastsMs });
      await guardFault(plan, lab);
      return injectFault(plan);
    },
    async steady(timeoutMs) {
      await worldReady(lab, timeoutMs);
      await waitFor('the mesh is ready', async () => (await problems()).length === 0, {
        timeoutMs,
        everyMs: 2000,
      });
    },
    problems,
    // Loaded when it is asked for: the AWS SDK is large, and most labs are not there.
    aws: async (checks) => (await import('./aws/check-lab.ts')).checkLab(lab, checks),
    failoverName: async () => (await import('./aws/failover-name.ts')).readFailoverName(lab.environment),
    watch: runWatch(lab, manifest.output),
    diagnose(question) {
      return diagnoseLab(this, question);
    },
    async [Symbol.asyncDispose]() {
      await agents[Symbol.asyncDispose]();
    },
  };

  async function problems(): Promise<string[]> {
    const found = await Promise.all(
      lab.clusters.map(async (cluster) => {
        try {
          const status = await driver.status(cluster, { clusters: lab.clusters, tool });
          return status.problems.map((problem) => `${cluster.name}: ${problem}`);
        } catch (error) {
          return [`${cluster.name}: mesh status unknown: ${errorMessage(error)}`];
        }
      }),
    );
    return found.flat();
  }
}

function unknownCluster(name: string): never {
  throw new MeshproofError('bug', `no cluster ${name} in the lab`);
}
