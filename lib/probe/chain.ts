import { X509Certificate } from 'node:crypto';
import type { CertificateSeen } from '../model/observation.ts';

/**
 * Why a chain does not lead from its leaf to the root, in words; undefined when it does: every certificate is
 * valid at `now` and signed by the next one or, at the end, by the root (RFC 5280 §6.1, without revocation).
 */
export function whyNotChained(
  chain: readonly Pick<CertificateSeen, 'pem'>[],
  rootPem: string,
  now: number,
): string | undefined {
  if (chain.length === 0) return 'the peer sent no certificate';
  const root = new X509Certificate(rootPem);
  const certificates = chain.map(({ pem }) => new X509Certificate(pem));
  for (const [index, certificate] of certificates.entries()) {
    const name = index === 0 ? 'the leaf certificate' : `the certificate "${oneLine(certificate.subject)}"`;
    if (now < certificate.validFromDate.getTime())
      return `${name} is not valid before ${certificate.validFrom}`;
    if (now > certificate.validToDate.getTime()) return `${name} expired at ${certificate.validTo}`;
    if (certificate.fingerprint256 === root.fingerprint256) return undefined;
    const issuer = certificates[index + 1] ?? root;
    if (!issuer.ca) return `${name} is signed by "${oneLine(issuer.subject)}", which is no CA`;
    if (!certificate.checkIssued(issuer) || !certificate.verify(issuer.publicKey)) {
      return `${name} is not signed by "${oneLine(issuer.subject)}"`;
    }
  }
  return undefined;
}

function oneLine(subject: string): string {
  return subject.replaceAll('\n', ', ');
}
