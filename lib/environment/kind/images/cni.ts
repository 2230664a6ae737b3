import { CNI_RULE } from '../../../model/lab.ts';
import { exec } from '../../../support/exec.ts';

/** A node of a cluster whose node image brings no CNI. */
export interface CniNode {
  /** Name of its container in the engine. */
  container: string;
  /** Its address on the engine's network. */
  ip: string;
  /** Its share of the cluster's pod range (`spec.podCIDR` of the Node object). */
  podCidr: string;
}

/** Where the engine is: the variables for the `docker` client (DOCKER_HOST …). */
export interface CniEngine {
  env: Record<string, string>;
}

/**
 * Gives each node of one cluster its CNI configuration, the routes to the other nodes' pods, and the masquerade
 * rule for what leaves the cluster. The unit `meshproof-routes` in the node re-applies the latter two whenever
 * the container starts again. Running it again changes nothing; throws when a node does not take it.
 */
export async function installCni(
  engine: CniEngine,
  nodes: readonly CniNode[],
  { podCidr: clusterPodCidr, serviceCidr }: { podCidr: string; serviceCidr: string },
): Promise<void> {
  await Promise.all(
    nodes.map(async (node) => {
      // The kubelet takes the node for ready as soon as the configuration is there, so it comes last.
      await writeInNode(
        engine,
        node.container,
        '/etc/meshproof/routes',
        routesFile(nodes, node, clusterPodCidr),
      );
      await inNode(engine, node.container, ['systemctl', 'restart', 'meshproof-routes.service']);
      await inNode(engine, node.container, refuseUnknownServices(serviceCidr));
      await writeInNode(
        engine,
        node.container,
        '/etc/cni/net.d/10-meshproof.conflist',
        conflist(node.podCidr),
      );
    }),
  );
}

/**
 * Until kube-proxy has its rules, a service's address leads nowhere: CoreDNS, which starts first, would wait for the API
 * server's until its first SYN has been repeated for half a minute. Refused, it asks again after a second. What kube-proxy
 * knows never comes by here: its address has been replaced before.
 */
function refuseUnknownServices(serviceCidr: string): string[] {
  const rule = `FORWARD -d ${serviceCidr} -m comment --comment ${CNI_RULE} -j REJECT`;
  return ['sh', '-c', `iptables -w -C ${rule} 2>/dev/null || iptables -w -A ${rule}`];
}

/** Lines of /etc/meshproof/routes as environments/kind-node/node/apply-routes reads them. */
export function routesFile(nodes: readonly CniNode[], self: CniNode, clusterPodCidr: string): string {
  const others = nodes.filter((node) => node.container !== self.container);
  const routes = others.map((node) => `${node.podCidr} via ${node.ip}`);
  return [`cluster ${clusterPodCidr}`, ...routes, ''].join('\n');
}

/** CNI configuration of one node: a point-to-point link per pod, addresses from the node's own range. */
export function conflist(podCidr: string): string {
  const ipam = {
    type: 'host-local',
    // On tmpfs: after a restart of the node no address of a pod that is gone stays taken.
    dataDir: '/run/cni-ipam-state',
    routes: [{ dst: '0.0.0.0/0' }],
    ranges: [[{ subnet: podCidr }]],
  };
  const plugins = [
    { type: 'ptp', ipMasq: false, ipam },
    { type: 'portmap', capabilities: { portMappings: true } },
  ];
  return `${JSON.stringify({ cniVersion: '1.0.0', name: 'meshproof', plugins }, undefined, 2)}\n`;
}

/** Writes by rename: a reader (the kubelet watches the folder) never sees half a file. */
async function writeInNode(engine: CniEngine, container: string, path: string, text: string): Promise<void> {
  const script = 'mkdir -p "$(dirname "$1")" && cat >"$1.new" && mv "$1.new" "$1"';
  await inNode(engine, container, ['sh', '-c', script, 'sh', path], text);
}

async function inNode(
  engine: CniEngine,
  container: string,
  command: readonly string[],
  input?: string,
): Promise<void> {
  await exec('docker', ['exec', ...(input === undefined ? [] : ['--interactive']), container, ...command], {
    env: engine.env,
    timeout: 60_000,
    ...(input === undefined ? {} : { input }),
  });
}
