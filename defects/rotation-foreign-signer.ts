import type { Defect, DefectLab } from '../lib/prove/defect.ts';
import type { TrustRotation } from '../lib/mesh/contracts.ts';
import { SHORT_LIVED_SERVICE } from '../lib/run/areas/rotation.ts';
import { HTTP_PORT, MESH_NAMESPACE, OUTSIDE_CALLER, OUTSIDE_NAMESPACE } from '../lib/run/workloads.ts';
import { MeshproofError } from '../lib/support/errors.ts';

/** A root that one cluster trusts and signs under, and the others have never heard of. */
export const rotationForeignSigner: Defect = {
  id: 'rotation-foreign-signer',
  title:
    'the last cluster was given an intermediate of another root, and that root beside its own: the others do not know it',
  caughtBy: ['mtls/rotation-leaf', 'mtls/identity'],
  says: /\d+ × (reset|http-5xx|tls)|is not signed by/,
  silent:
    'calls within each cluster go on; pods are Running and Ready; istioctl analyze and remote-clusters are content',
  async plant(lab) {
    const { rotation, cluster } = parts(lab);
    const { ref, readBy, read, write } = rotation.settings;
    const root = await rotation.newRoot();
    const { signer, chain } = await rotation.newSigner(root, cluster.name);
    await lab.changes.editMounted(cluster.name, ref, readBy, (object) =>
      write(object, { signer, chain, roots: [...read(object).roots, root.certificate] }),
    );
  },
  async bites(lab) {
    const { cluster } = parts(lab);
    const issuer = await issuerOf(lab);
    const all = await lab.kube(cluster.name).core.listNamespacedConfigMap({ namespace: MESH_NAMESPACE });
    const roots = all.items.find(({ metadata }) => metadata?.name === 'istio-ca-root-cert')?.data?.[
      'root-cert.pem'
    ];
    const count = roots?.match(/BEGIN CERTIFICATE/g)?.length ?? 0;
    if (count < 2 || !issuer.includes('second root')) return undefined;
    return `${cluster.name} hands out ${count} roots, and ${SHORT_LIVED_SERVICE} shows a chain that ends at ${issuer.replaceAll('\n', ', ')}`;
  },
  async heal(lab) {
    await lab.changes.revert();
    const { rotation, cluster } = parts(lab);
    await rotation.settled(cluster);
    const until = lab.clock.now() + 60_000;
    while ((await issuerOf(lab)).includes('second root') && lab.clock.now() < until)
      await lab.clock.sleep(1000);
  },
};

function parts(lab: DefectLab): { rotation: TrustRotation; cluster: DefectLab['lab']['clusters'][number] } {
  const { rotation } = lab.driver;
  const cluster = lab.lab.clusters.at(-1);
  if (rotation && cluster) return { rotation, cluster };
  throw new MeshproofError('not-applicable', 'this mesh replaces no signers (rotate-root)');
}

/** Who signed the signer of what the short-lived workload presents. */
async function issuerOf(lab: DefectLab): Promise<string> {
  const { cluster } = parts(lab);
  const service = { name: SHORT_LIVED_SERVICE, namespace: MESH_NAMESPACE, port: HTTP_PORT };
  const agent = await lab.agent({
    cluster: cluster.name,
    namespace: OUTSIDE_NAMESPACE,
    workload: OUTSIDE_CALLER,
  });
  const { observations } = await agent.call(lab.mtls.handshake(cluster, service));
  return observations[0]?.chain?.[1]?.issuer ?? '';
}
