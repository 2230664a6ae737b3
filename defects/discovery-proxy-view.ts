import { istioDiscovery } from '../lib/mesh/istio/discovery.ts';
import type { DefectLab } from '../lib/prove/defect.ts';
import { waitFor } from '../lib/support/kube.ts';
import { HTTP_PORT, MESH_CALLER, MESH_NAMESPACE } from '../lib/run/workloads.ts';
import { lastCluster } from '../lib/prove/clusters.ts';
import { proxySays } from '../lib/prove/proxy-view.ts';

/**
 * Whether a caller's proxy in the first cluster has endpoints of the service in the forgotten one, which are its gateway's
 * addresses; in words when it is as asked for.
 */
export async function knownElsewhere(
  lab: DefectLab,
  service: { name: string; namespace: string },
  wanted: 'known' | 'forgotten',
): Promise<string | undefined> {
  const [first] = lab.lab.clusters;
  const there = lab.lab.clusters.find(({ name }) => name === lastCluster(lab))?.nodes ?? [];
  const cluster = first?.name ?? '';
  const page = await proxySays(lab, { cluster, namespace: MESH_NAMESPACE, app: MESH_CALLER }, '/clusters');
  const addresses = istioDiscovery.proxyEndpoints.read(page, { ...service, port: HTTP_PORT });
  const remote = addresses.filter((one) => there.some(({ address }) => one.startsWith(`${address}:`)));
  const isKnown = remote.length > 0;
  if (isKnown !== (wanted === 'known')) return undefined;
  const words = `the proxy of ${MESH_CALLER} in ${cluster} has`;
  return `${words} ${isKnown ? remote.join(', ') : 'nothing'} in ${lastCluster(lab)} for ${service.name}`;
}

/** Takes everything back, and returns once the proxy in the first cluster is again as it has to be. */
export async function healed(
  lab: DefectLab,
  service: { name: string; namespace: string },
  wanted: 'known' | 'forgotten',
): Promise<void> {
  await lab.changes.revert();
  await waitFor(`${service.name} is ${wanted} again`, () => knownElsewhere(lab, service, wanted), {
    timeoutMs: 90_000,
  });
}
