import { X509Certificate } from 'node:crypto';
import { newRoot } from '../lib/support/ca.ts';
import type { Defect, DefectLab } from '../lib/prove/defect.ts';
import { OUTSIDE_NAMESPACE } from '../lib/run/workloads.ts';
import { MeshproofError } from '../lib/support/errors.ts';
import { lastCluster } from '../lib/prove/clusters.ts';

const DAYS = 10;

/** Nothing fails until the day on which everything does. */
export const mtlsExpiringRoot: Defect = {
  id: 'mtls-expiring-root',
  title: 'one of the roots that workloads trust expires in ten days',
  caughtBy: ['mtls/expiry'],
  says: /the root certificate of .* expires in (9|10) days .*under the limit of 30 days/,
  silent: 'every certificate is valid today, and no command of Kubernetes or Istio tells the age of a root',
  async plant(lab) {
    const { settings } = rotationOf(lab);
    const { certificate } = await newRoot('Forgotten root', DAYS);
    await lab.changes.editMounted(lastCluster(lab), settings.ref, settings.readBy, (object) => {
      const trust = settings.read(object);
      return settings.write(object, { ...trust, roots: [...trust.roots, certificate] });
    });
  },
  async bites(lab) {
    const { core } = lab.kube(lastCluster(lab));
    // What every namespace is given, outside the mesh too.
    const map = await core.readNamespacedConfigMap({
      namespace: OUTSIDE_NAMESPACE,
      name: 'istio-ca-root-cert',
    });
    const pems =
      map.data?.['root-cert.pem']?.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    const found = pems
      .map((pem) => new X509Certificate(pem))
      .find(({ subject }) => subject.includes('Forgotten'));
    return (
      found && `workloads are told to trust "${found.subject.replaceAll('\n', ', ')}" until ${found.validTo}`
    );
  },
  async heal(lab) {
    await lab.changes.revert();
    const cluster = lab.lab.clusters.find(({ name }) => name === lastCluster(lab));
    if (cluster) await rotationOf(lab).settled(cluster);
  },
};

function rotationOf({ driver }: DefectLab) {
  if (driver.rotation) return driver.rotation;
  throw new MeshproofError('not-applicable', `${driver.name} keeps its roots`);
}
