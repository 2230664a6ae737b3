import { question } from '../../lib/fault/knocks.ts';
import { answerIn } from '../../lib/fault/mechanisms/relay-answer.ts';
import { dnsAddress } from '../../lib/fault/plan-network.ts';
import { gatewayCertificates } from '../../lib/mesh/istio/gateway-certificates.ts';
import type { Lab, LabNode } from '../../lib/model/lab.ts';
import { tryExec } from '../../lib/support/exec.ts';
import { dockerHostOf } from '../../lib/support/node-access.ts';
import { clusterOf } from './lab.ts';

/** Something that works while all is well, asked for by another way than the fault's own proof. */
export type Health = (lab: Lab) => Promise<boolean>;

/** The cluster that is broken. */
export const CLUSTER = 'west';
export const OTHER = 'east';
const nodesOf = (lab: Lab, role: LabNode['role'], cluster = CLUSTER) =>
  clusterOf(lab, cluster).nodes.filter((node) => node.role === role);

/** The last worker of the cluster that is broken here. */
export function lastWorker(lab: Lab, cluster = CLUSTER): LabNode {
  const node = nodesOf(lab, 'worker', cluster).at(-1);
  if (!node) throw new Error(`${cluster} has no worker`);
  return node;
}

export const controlPlane = (lab: Lab): LabNode => {
  const [node] = nodesOf(lab, 'control-plane');
  if (!node) throw new Error(`${CLUSTER} has no control plane`);
  return node;
};

/** Whether a shell command in a node succeeds. */
export async function inNode(lab: Lab, node: LabNode, command: string): Promise<boolean> {
  const args = ['exec', node.container, 'bash', '-c', command];
  // Who asks a node that stands still is not answered at all.
  const options = { env: { DOCKER_HOST: dockerHostOf(lab.access) }, timeout: 10_000 };
  return (await tryExec('docker', args, options)).exitCode === 0;
}

/** Whether the API server answers a path, asked from its own node; one that stands still can't be asked, and does not. */
export function answers(path: (lab: Lab) => string): Health {
  return (lab) =>
    inNode(
      lab,
      controlPlane(lab),
      `kubectl --kubeconfig /etc/kubernetes/admin.conf --request-timeout=3s get --raw '${path(lab)}' >/dev/null`,
    );
}

/** Whether a service answers, asked through the API server. */
export const service = (namespace: string, name: string, path: string) =>
  answers(() => `/api/v1/namespaces/${namespace}/services/${name}/proxy${path}`);

/** Whether a node of the other cluster can connect to one of this, so many times in a row, each in a third of a second. */
export const reaches = (node: (lab: Lab) => LabNode, port: number, times = 1): Health => {
  const once = (lab: Lab) => `timeout 0.3 bash -c '</dev/tcp/${node(lab).address}/${port}'`;
  return (lab) =>
    inNode(lab, lastWorker(lab, OTHER), `for i in $(seq ${times}); do ${once(lab)} || exit 1; done`);
};

/** Whether so many bytes get from a node of the other cluster to one of this in a second. */
export const uploads = (bytes: number): Health => {
  const port = 18_999;
  return async (lab) => {
    const to = lastWorker(lab);
    const from = lastWorker(lab, OTHER);
    const listening = inNode(
      lab,
      to,
      `timeout 5 socat -u TCP-LISTEN:${port},reuseaddr - | wc -c | grep -qx ${bytes}`,
    );
    const send = `for i in $(seq 20); do timeout 1 socat -u - TCP:${to.address}:${port} && exit 0 || sleep 0.1; done`;
    const from0 = Date.now();
    const sent = await inNode(
      lab,
      from,
      `head -c ${bytes} /dev/zero > /tmp/upload; exec < /tmp/upload; timeout 1.5 bash -c '${send}'`,
    );
    return (await listening) && sent && Date.now() - from0 < 2500;
  };
};

/** Whether the resolvers of the cluster take connections at their service's address, ten times in a row. */
export const resolves: Health = (lab) => {
  const dns =
    '$(kubectl --kubeconfig /etc/kubernetes/admin.conf -n kube-system get service kube-dns -o jsonpath={.spec.clusterIP})';
  const once = `timeout 0.3 bash -c "</dev/tcp/$dns/53"`;
  return inNode(lab, controlPlane(lab), `dns=${dns}; for i in $(seq 10); do ${once} || exit 1; done`);
};

/** Whether a gateway ends a connection with nonsense on it within half a tenth of a second. */
export const answersQuickly: Health = (lab) =>
  inNode(
    lab,
    lastWorker(lab, OTHER),
    `timeout 0.1 bash -c 'exec 3<>/dev/tcp/${lastWorker(lab).address}/15443; echo nonsense >&3; cat <&3; true' 2>/dev/null`,
  );

/** Whether the engine sees no process of ours that only computes. */
export const idle: Health = async (lab) => {
  const args = ['top', lastWorker(lab).container, '-eo', 'pid,args'];
  const { stdout } = await tryExec('docker', args, { env: { DOCKER_HOST: dockerHostOf(lab.access) } });
  return !stdout.includes('meshproof-load');
};

/** The first process of a pod's on a node, for a look from the pod's own network. */
const POD = `host=$(readlink /proc/1/ns/net); for p in /proc/[0-9]*; do n=$(readlink $p/ns/net 2>/dev/null) && [ "$n" != "$host" ] && pid=$(basename $p) && break; done`;

/** What a pod is told of a name by the cluster's DNS, within so many milliseconds. */
export const told =
  (name: string, withinMs: number): Health =>
  async (lab) => {
    const node = lastWorker(lab);
    const dns = dnsAddress(clusterOf(lab, CLUSTER).serviceCidr);
    const { command } = question(node, dns, name);
    const args = ['exec', '-i', node.container, 'bash', '-s'];
    // The script of the question comes on standard input: it has quotes of its own.
    const input = `${POD}; exec nsenter -t $pid -n timeout 3 bash <<'ASK'\n${command}\nASK\n`;
    const options = { env: { DOCKER_HOST: dockerHostOf(lab.access) }, timeout: 10_000, input };
    const answer = answerIn((await tryExec('docker', args, options)).stdout);
    return answer !== undefined && answer.lie === undefined && answer.tookMs < withinMs;
  };

/** Whether a program answers over its service's address in a fifth of a second, six times in a row. */
export const promptly: Health = (lab) => {
  const dns = dnsAddress(clusterOf(lab, CLUSTER).serviceCidr);
  const once = `timeout 0.2 bash -c 'exec 3<>/dev/tcp/${dns}/9153; echo nonsense >&3; head -c 1 <&3 >/dev/null'`;
  return inNode(lab, lastWorker(lab), `for i in $(seq 6); do ${once} || exit 1; done`);
};

/** Begins a shell command as a pod of the node would be begun: in a group of memory among theirs, which is `$d`. */
const AS_POD =
  'd=$(ls -d /sys/fs/cgroup/memory/kubelet/kubepods /sys/fs/cgroup/memory/kubelet.slice/kubelet-kubepods.slice /sys/fs/cgroup/kubelet.slice/kubelet-kubepods.slice /sys/fs/cgroup/kubelet/kubepods 2>/dev/null | head -1)/own-test';

/**
 * Whether a pod on the node could have half a gigabyte more: pages of files are given back for a smaller one. Nothing is taken
 * before pods are limited to less than half of the machine: what were taken while that is done would count as theirs.
 */
export const hasMemory: Health = (lab) => {
  const limits = '$d/../memory.max $d/../memory.limit_in_bytes';
  const isFree = `awk 'NR == FNR && $1 == "MemTotal:" { all = $2 * 1024 } NR != FNR { free = $1 == "max" || $1 > all / 2 } END { exit !free }' /proc/meminfo $(ls ${limits} 2>/dev/null)`;
  const want = `echo $$ > "$0/cgroup.procs"; head -c 500000000 /dev/zero | tail -c 500000000 | wc -c | grep -qx 500000000`;
  return inNode(
    lab,
    lastWorker(lab),
    `${AS_POD}; mkdir -p $d; ${isFree} || bash -c '${want}' $d; ok=$?; rmdir $d; exit $ok`,
  );
};

/** Pages of a file that pods of the node have read more than once, until it is disposed of: the kernel gives back others first. */
export async function cachesInUse(lab: Lab): Promise<AsyncDisposable> {
  const file = '/var/tmp/meshproof-own-test';
  const node = lastWorker(lab);
  const read = `echo $$ > "$0/cgroup.procs"; head -c 600000000 /dev/zero > ${file}; sync ${file}; for i in 1 2 3; do cat ${file} >/dev/null; done`;
  const done = await inNode(lab, node, `${AS_POD}-cache; mkdir -p $d; bash -c '${read}' $d; rmdir $d`);
  if (!done) throw new Error('no file could be written and read');
  return { [Symbol.asyncDispose]: async () => void (await inNode(lab, node, `rm -f ${file}`)) };
}

/** Whether istiod shows a certificate that is valid, and that the other cluster's roots vouch for: what everybody there would see of one under the same authority. */
export const trustedAfar: Health = async (lab) => {
  const { kube } = clusterOf(lab, OTHER);
  const roots = await kube.core.readNamespacedConfigMap({
    namespace: 'istio-system',
    name: 'istio-ca-root-cert',
  });
  const encoded = Buffer.from(roots.data?.['root-cert.pem'] ?? '').toString('base64');
  const pods = '-n istio-system get pods -l app=istiod -o jsonpath={.items[0].status.podIP}';
  const name = 'istiod.istio-system.svc:15017';
  return inNode(
    lab,
    controlPlane(lab),
    `ip=$(kubectl --kubeconfig /etc/kubernetes/admin.conf --request-timeout=3s ${pods}); curl -s -m 3 -o /dev/null --cacert <(echo ${encoded} | base64 -d) --resolve ${name}:$ip https://${name}/`,
  );
};

/** Whether the proxies of the gateways in the other cluster, whose authority is left alone, hold certificates of it. */
export const othersUnharmed: Health = async (lab) =>
  (await gatewayCertificates(clusterOf(lab, OTHER))).every(
    ({ notAfter }) => notAfter > Date.now() + 3_600_000,
  );
