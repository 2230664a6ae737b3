import { webcrypto } from 'node:crypto';
import { join } from 'node:path';
import { ensureRoot, issueIntermediate } from '../../lib/support/ca.ts';
import type { LabCluster } from '../../lib/model/lab.ts';
import type { CertificateSeen } from '../../lib/model/observation.ts';
import * as x509 from '@peculiar/x509';
import { isPlanted } from './defects.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY = 86_400_000;

/** The trust of the fake mesh: real certificates from the product's own CA. */
export interface FakeTrust {
  /** What workloads of a cluster trust, PEM. */
  anchorOf(cluster: LabCluster): Promise<string>;
  /** Leaf and intermediate that a workload of this cluster shows. */
  chainOf(cluster: string, identity: string): Promise<CertificateSeen[]>;
}

export function fakeTrust(folder: string): FakeTrust {
  const rootOf = (name: string) => ensureRoot(join(folder, name));
  return {
    anchorOf: async ({ name }) =>
      (await rootOf(isPlanted('foreign-root') ? `root-of-${name}` : 'root')).certificate,
    chainOf: async (cluster, identity) => {
      const intermediate = await issueIntermediate(await rootOf('root'), cluster);
      const leaf = await issueLeaf(intermediate, identity);
      return [seen(leaf, [identity]), seen(new x509.X509Certificate(intermediate.certificate), [])];
    },
  };
}

/** A workload certificate: no subject, one SPIFFE ID, valid for a day from an hour ago. */
async function issueLeaf(issuer: { certificate: string; key: string }, identity: string) {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const der = x509.PemConverter.decodeFirst(issuer.key);
  const expiresIn = isPlanted('expired') ? -60_000 : DAY;
  return x509.X509CertificateGenerator.create(
    {
      issuer: new x509.X509Certificate(issuer.certificate).subject,
      publicKey: keys.publicKey,
      signingKey: await webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, true, ['sign']),
      signingAlgorithm: ALGORITHM,
      notBefore: new Date(Date.now() - 3_600_000),
      notAfter: new Date(Date.now() + expiresIn),
      extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'url', value: identity }], true)],
    },
    webcrypto,
  );
}

function seen(certificate: x509.X509Certificate, uris: string[]): CertificateSeen {
  const { subject, issuer, notBefore, notAfter } = certificate;
  return {
    subject,
    issuer,
    uris,
    notBefore: notBefore.getTime(),
    notAfter: notAfter.getTime(),
    pem: certificate.toString('pem'),
  };
}
