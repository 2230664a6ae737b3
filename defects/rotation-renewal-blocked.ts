import type { Defect, DefectLab } from '../lib/prove/defect.ts';
import { droppedPackets } from '../lib/fault/mechanisms/nftables.ts';
import { SHORT_LIVED_SERVICE } from '../lib/run/areas/rotation.ts';
import { HTTP_PORT, MESH_NAMESPACE, OUTSIDE_CALLER, OUTSIDE_NAMESPACE } from '../lib/run/workloads.ts';
import { MeshproofError } from '../lib/support/errors.ts';
import { waitFor } from '../lib/support/kube.ts';

/** Starts as all tables of ours do, so that a sweep finds it without a journal, too. */
const TABLE = 'meshproof_renewal_blocked';
/** Port at which istiod signs certificates and serves xDS. */
const SIGNING_PORT = 15_012;
/** A renewed certificate of the short-lived workload has more than this left; one that was kept has less by now. */
const RENEWED_LEFT_MS = 60_000;
/** A broken connection to istiod is given up and made anew within this. */
const HEALED_MS = 120_000;

/** Certificates that are valid still, and are not renewed. */
export const rotationRenewalBlocked: Defect = {
  id: 'rotation-renewal-blocked',
  title:
    'a firewall rule on one node keeps a workload from the control plane: its certificate is not renewed any more',
  caughtBy: ['mtls/rotation-leaf'],
  says: /rotor in \w+: the certificate \w+ was not renewed|presents a certificate that expired/,
  silent:
    'calls go on until the certificate expires, 24 h later by default; pods are Running and Ready, analyze is silent',
  async plant(lab) {
    const { cluster, pod } = await rotor(lab);
    const rule = `table inet ${TABLE} { chain arrival { type filter hook prerouting priority -300; policy accept; ip saddr ${pod.address} tcp dport ${SIGNING_PORT} counter drop; }; }`;
    const gone = `nft delete table inet ${TABLE} 2>/dev/null || ! nft list table inet ${TABLE} 2>/dev/null`;
    await lab.changes.onNode(cluster, pod.node, ['nft', rule], ['sh', '-c', gone]);
  },
  async bites(lab) {
    const { cluster, pod } = await rotor(lab);
    const listed = await lab.onNode(cluster, pod.node, ['nft', '-j', 'list', 'table', 'inet', TABLE]);
    const dropped = listed.exitCode === 0 ? droppedPackets(listed.stdout) : undefined;
    return dropped ? `${dropped} packets from ${pod.name} to the control plane were dropped` : undefined;
  },
  async heal(lab) {
    await lab.changes.revert();
    const { cluster } = await rotor(lab);
    await waitFor(
      'the certificate is renewed again',
      async () => (await leftMs(lab, cluster)) > RENEWED_LEFT_MS,
      {
        timeoutMs: HEALED_MS,
        everyMs: 2000,
      },
    );
  },
};

async function rotor(lab: DefectLab) {
  const cluster = lab.lab.clusters.at(-1)?.name ?? '';
  const [pod] = await lab.pods(cluster, MESH_NAMESPACE, SHORT_LIVED_SERVICE);
  if (!pod) throw new MeshproofError('environment', `${cluster}: no running pod of ${SHORT_LIVED_SERVICE}`);
  return { cluster, pod };
}

async function leftMs(lab: DefectLab, name: string): Promise<number> {
  const cluster = lab.lab.clusters.find((one) => one.name === name);
  if (!cluster) return 0;
  const service = { name: SHORT_LIVED_SERVICE, namespace: MESH_NAMESPACE, port: HTTP_PORT };
  const agent = await lab.agent({ cluster: name, namespace: OUTSIDE_NAMESPACE, workload: OUTSIDE_CALLER });
  const { observations } = await agent.call(lab.mtls.handshake(cluster, service));
  return (observations[0]?.chain?.[0]?.notAfter ?? 0) - lab.clock.now();
}
