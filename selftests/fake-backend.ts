import { join } from 'node:path';
import { istioDriver } from '../lib/mesh/istio/driver.ts';
import type { CallTarget } from '../lib/model/call-plan.ts';
import type { RunManifest } from '../lib/model/run.ts';
import type { Backend } from '../lib/run/backend.ts';
import { providerCapabilities } from '../lib/run/capabilities.ts';
import { MeshproofError } from '../lib/support/errors.ts';
import { type AgentTools, fakeAgent } from './fake/agent.ts';
import { type FakeTrust, fakeTrust } from './fake/certificates.ts';
import { type Counted, counted } from './fake/counted.ts';
import { isPlanted } from './fake/defects.ts';
import { injectFake } from './fake/faults.ts';
import { fakeAws } from './fake/aws.ts';
import { fakeFailoverName } from './fake/failover-name.ts';
import { fakeLoad } from './fake/loads.ts';
import { serviceIn } from './fake/services.ts';
import { fakeWatch } from './fake/watch.ts';
import { type FakeWorld, fakeWorld, missing, podsBehind } from './fake/world.ts';

/** The real driver, without what takes proxies and a control plane to look at. */
const { inspection: _inspection, telemetry: _telemetry, ...fakeDriver } = istioDriver;

/** A lab in memory, in virtual time, with the defects that MESHPROOF_FAKE_DEFECTS names: see fake/defects.ts. */
export function fakeBackend(manifest: RunManifest): Counted {
  return counted(backendOf(manifest));
}

function backendOf(manifest: RunManifest): Backend {
  const world = fakeWorld(manifest.lab, manifest.seed);
  const trust = fakeTrust(join(manifest.output, 'trust'));
  const tools = agentTools(world, trust);
  let loads = 0;
  const serviceOf = (name: string) =>
    world.services.find((one) => one.name === name) ?? missing(`service ${name}`);
  return {
    lab: manifest.lab,
    ...(manifest.callers ? { callers: manifest.callers } : {}),
    clock: world.clock,
    // The driver's own names and expectations; only the root comes from elsewhere.
    mtls: {
      ...istioDriver.mtls,
      trustAnchor: (cluster) => trust.anchorOf(cluster),
      issue: async () => notInMemory('signer'),
      gatewayCertificates: async () => notInMemory('gateways'),
      gatewayDoors: async () => notInMemory('gateways'),
      whyOpen: async () => [],
      whyShut: async () => [],
      whyClear: async () => [],
    },
    driver: {
      ...fakeDriver,
      capabilities: [...fakeDriver.capabilities, ...providerCapabilities(manifest.lab.environment.provider)],
    },
    kube: () => notInMemory('an API server'),
    onNode: async () => notInMemory('nodes'),
    apply: async () => notInMemory('an API server'),
    changes: () => notInMemory('an API server'),
    guest: () => notInMemory('clusters to add'),
    agent: async ({ cluster, namespace, workload, pod: wanted }) => {
      const pod = world.pods.find(
        (one) =>
          one.place.cluster === cluster &&
          one.namespace === namespace &&
          one.app === workload &&
          (wanted === undefined || one.name === wanted),
      );
      if (!pod || isPlanted('no-agent'))
        return missing(`running pod of ${namespace}/${workload} in ${cluster}`);
      return fakeAgent(world, pod, tools);
    },
    pods: async (cluster, namespace, app) =>
      isPlanted('no-pod')
        ? []
        : world.pods.filter(
            (one) => one.place.cluster === cluster && one.namespace === namespace && one.app === app,
          ),
    endpoints: async (cluster, _namespace, name) =>
      isPlanted('no-endpoints')
        ? []
        : podsBehind(world, cluster, serviceOf(name)).map(({ address }) => address),
    service: async (cluster, namespace, name) => {
      const view = serviceIn(world, cluster, namespace, name);
      return isPlanted('no-endpoints') ? { ...view, endpoints: [] } : view;
    },
    clusterIp: async (cluster, _namespace, name) => world.clusterIpOf(cluster, serviceOf(name)),
    addService: async (name, _namespace, app) => {
      world.services.push({ name, apps: [app], headless: false, createdAt: world.clock.now() });
      return async () => {};
    },
    load: async (request) => {
      const { arms, shape } = request.plan;
      await world.clock.sleep(arms.length * shape.seconds * 1000 + 1500);
      loads += 1;
      const short = isPlanted('dropped-load') || (isPlanted('first-load-dropped') && loads === 1);
      return arms.map((arm) => fakeLoad(arm, request.plan, short));
    },
    inject: (spec, lastsMs) => injectFake(world, manifest, spec, lastsMs),
    steady: async (timeoutMs) => {
      world.faults = world.faults.filter(({ to }) => to > world.clock.now());
      if (!isPlanted('never-steady-again')) return;
      throw new MeshproofError(
        'environment',
        `east: Meshproof's workloads available: not after ${timeoutMs} ms`,
      );
    },
    problems: async () => problemsIn(),
    aws: async (checks) => fakeAws(checks),
    failoverName: async () => fakeFailoverName(world.lab.environment),
    watch: fakeWatch(world),
    diagnose: async () => ({ causes: problemsIn(), files: {} }),
    [Symbol.asyncDispose]: async () => {},
  };
}

function problemsIn(): string[] {
  return isPlanted('remote-silent') ? ['east: its control plane does not watch west: no remote secret'] : [];
}

/** Suites that need the real thing are not applicable here; `meshproof prove` shows that they can fail. */
function notInMemory(what: string): never {
  throw new MeshproofError('not-applicable', `the self-tests' world has no ${what}`);
}

function agentTools(world: FakeWorld, trust: FakeTrust): AgentTools {
  let samples = 0;
  return {
    nextSample: () => ++samples,
    chainShown: ({ host, serverName }: Extract<CallTarget, { protocol: 'tls' }>) => {
      const cluster = world.lab.clusters.find(({ nodes }) => nodes.some(({ address }) => address === host));
      const [, name, namespace] = /_\._\.([^.]+)\.([^.]+)\./.exec(serverName ?? '') ?? [];
      const account = isPlanted('wrong-identity') ? 'default' : (name ?? missing(`service in ${serverName}`));
      const { environment } = world.lab;
      const identity = istioDriver.mtls.identity(environment, namespace ?? '', account);
      return trust.chainOf(cluster?.name ?? missing(`gateway at ${host}`), identity);
    },
  };
}
