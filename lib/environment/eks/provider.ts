import { eventually } from '../../aws/eventually.ts';
import type { ClusterSpec, Environment } from '../../model/environment.ts';
import type { LabCluster } from '../../model/lab.ts';
import { inParallel } from '../../support/in-parallel.ts';
import type { Log } from '../../support/log.ts';
import { readPins } from '../kind/images/pins.ts';
import { splitRef } from '../kind/images/refs.ts';
import { ensureTool } from '../kind/tools.ts';
import { mcsDefinitions } from '../kind/mcs-definitions.ts';
import type { MeshImages, Provider } from '../provider.ts';
import { readCluster } from '../read-cluster.ts';
import {
  type EksCluster,
  ensureInfrastructure,
  leftOn,
  removeInfrastructure,
  publishGateways,
} from './infrastructure.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { removeLoadBalancers } from './load-balancers.ts';
import { preflight } from './preflight.ts';
import { eksSettingsOf } from './template/index.ts';

/** The name of a new API server is known everywhere, and its nodes are Ready, within this time. */
const READY_WITHIN_MS = 900_000;

/** The provider `eks`: clusters on AWS, a CloudFormation stack for each, their networks linked. */
export function eksProvider({ registryMirror }: { registryMirror?: string } = {}): Provider {
  return {
    name: 'eks',
    async up(environment, context) {
      await preflight(environment);
      const made = await ensureInfrastructure(environment, context);
      const settings = eksSettingsOf(environment);
      const kubeconfigs = Object.fromEntries(
        made.map((one) => [one.cluster, writeKubeconfig(environment.name, one, context.stateDir)]),
      );
      const found = await inParallel(environment.clusters, (spec) =>
        readyCluster(
          spec,
          kubeconfigs[spec.name] ?? '',
          settings.clusters[spec.name]?.nodes.count ?? 1,
          context,
        ),
      );
      const { runtime, k6 } = settings.images;
      return {
        clusters: found.map(({ cluster }) => ({
          ...cluster,
          gatewayService: gatewayService(environment, made),
        })),
        access: { by: 'job', image: runtime, kubeconfigs },
        images: {
          mode: 'registry',
          runtime,
          k6,
          versions: { kubernetes: [...new Set(found.map(({ version }) => version))].join(', ') },
          digests: {},
        },
        meshImages: publicImages(registryMirror),
        tool: async (name) => (await ensureTool(name, context)).path,
        definitions: () => mcsDefinitions(context),
      };
    },
    publish: publishGateways,
    async infrastructure(environment, context) {
      await preflight(environment);
      await ensureInfrastructure(environment, context);
    },
    async down(environment, context) {
      await removeLoadBalancers(context);
      await removeInfrastructure(environment, context);
    },
    residue: (environment) => leftOn(environment),
  };
}

/** A cluster whose API server answers, with as many Ready nodes as it is to have. */
async function readyCluster(
  spec: ClusterSpec,
  kubeconfig: string,
  count: number,
  { log, signal }: { log: Log; signal: AbortSignal },
): Promise<{ cluster: LabCluster; version: string }> {
  return eventually(
    async () => {
      // Its name may take a while to be known, and a look is told why not.
      const found = await readCluster(spec, kubeconfig).catch((error: unknown) => {
        log.debug(`${spec.name}: ${String(error)}`);
        return undefined;
      });
      const zoned = found?.cluster.nodes.filter(({ zone }) => zone !== '').length ?? 0;
      return zoned >= count ? found : undefined;
    },
    { what: `${spec.name}: ${count} nodes with a zone`, signal, limitMs: READY_WITHIN_MS, firstMs: 3000 },
  );
}

/** An internal network load balancer that carries our tags: it is found, and goes, with everything else. */
function gatewayService(environment: Environment, [first]: readonly EksCluster[]) {
  const { owner } = eksSettingsOf(environment);
  const prefix = 'service.beta.kubernetes.io/aws-load-balancer-';
  const tags = [`meshproof.dev/environment=${environment.name}`, `meshproof.dev/owner=${owner}`];
  return {
    annotations: {
      [`${prefix}type`]: 'nlb',
      [`${prefix}internal`]: 'true',
      [`${prefix}cross-zone-load-balancing-enabled`]: 'true',
      [`${prefix}additional-resource-tags`]: [...tags, `meshproof.dev/expires=${first?.expires ?? ''}`].join(
        ',',
      ),
    },
  };
}

/** The mesh's own images, which the nodes pull by themselves: from Docker Hub, or from what mirrors it. */
function publicImages(mirror = 'docker.io'): MeshImages {
  const { tag } = splitRef(readPins().registry.pilot);
  return { hub: `${mirror}/istio`, tag, version: tag, proxy: 'istio' };
}
