import { type DecodedPacket, decode, encode, streamEncode } from 'dns-packet';
import { MeshproofError } from '../support/errors.ts';
import type { DefectLab } from './defect.ts';

/** Where and what to ask. */
export interface Dig {
  cluster: string;
  node: string;
  server: string;
  port?: number;
  /** Absolute, without its final dot. */
  name: string;
  type?: 'A' | 'AAAA';
  over?: 'udp' | 'tcp';
  /** Address of a pod on the node: asked from the pod's own network. */
  inPodAt?: string;
}

/** What came back; `silent` when nothing did within 2 s. */
export interface Dug {
  rcode: string;
  addresses: string[];
  ttlSeconds: number | undefined;
}

/**
 * Asks a resolver from a node with nothing but the node's shell: another way of looking than the agents', for proving that
 * a planted defect bites.
 */
export async function dig(lab: DefectLab, question: Dig): Promise<Dug> {
  const { cluster, node, server, port = 53, name, type = 'A', over = 'udp', inPodAt } = question;
  const query = {
    type: 'query' as const,
    id: 4711,
    // Recursion desired (RFC 1035 §4.1.1).
    flags: 0x100,
    questions: [{ type, name, class: 'IN' as const }],
  };
  const bytes = Buffer.from(over === 'tcp' ? streamEncode(query) : encode(query)).toString('base64');
  // One read: a datagram, or a TCP answer that fits a segment.
  const ask = `exec 3<>/dev/${over}/${server}/${port} && echo ${bytes} | base64 -d >&3 && timeout 2 dd bs=4096 count=1 status=none <&3 | base64 -w0`;
  const script = inPodAt === undefined ? `timeout 4 bash -c '${ask}'` : inNetworkOf(inPodAt, ask);
  const { stdout } = await lab.onNode(cluster, node, ['bash', '-c', script]);
  const answer = Buffer.from(stdout.trim(), 'base64');
  if (answer.length === 0) return { rcode: 'silent', addresses: [], ttlSeconds: undefined };
  const packet: DecodedPacket & { rcode?: string } = decode(over === 'tcp' ? answer.subarray(2) : answer);
  const records = (packet.answers ?? []).filter((record) => record.type === type);
  return {
    rcode: packet.rcode ?? 'NOERROR',
    addresses: records.map((record) => String((record as { data?: unknown }).data)),
    ttlSeconds: (records[0] as { ttl?: number } | undefined)?.ttl,
  };
}

/** Runs a command in the network of the pod with this address: the CNI keeps one by name for each pod. */
function inNetworkOf(address: string, command: string): string {
  return `for n in $(ls /var/run/netns); do if ip netns exec $n ip -4 -o addr | grep -q ' ${address}/'; then timeout 4 ip netns exec $n bash -c '${command}'; fi; done`;
}

/** The first worker of a cluster, and the address of the cluster's resolvers. */
export async function digFrom(
  lab: DefectLab,
  cluster: string,
): Promise<Pick<Dig, 'cluster' | 'node' | 'server'>> {
  const nodes = lab.lab.clusters.find(({ name }) => name === cluster)?.nodes ?? [];
  const node = nodes.find(({ role }) => role === 'worker')?.name;
  if (node === undefined) throw new MeshproofError('environment', `${cluster} has no worker`);
  return { cluster, node, server: await lab.clusterIp(cluster, 'kube-system', 'kube-dns') };
}
