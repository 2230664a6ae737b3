import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY = 86_400_000;

/** A CA's certificate and private key, PEM. */
export interface CertificateAuthority {
  certificate: string;
  key: string;
}

/** From when until when a certificate is valid. */
export interface Validity {
  notBefore: Date;
  notAfter: Date;
}

/** What a certificate is to have in place of the usual. */
export interface CertificateTerms {
  lasting?: Validity;
  /** In hexadecimal; a random one when left out. */
  serialNumber?: string;
}

/** What istiod reads from the secret `cacerts`. */
export interface IntermediateAuthority extends CertificateAuthority {
  /** Intermediate, then root. */
  chain: string;
  root: string;
}

/** The environment's root: read from `dir`, or made there (mode 0600) the first time. Valid for ten years. */
export async function ensureRoot(dir: string): Promise<CertificateAuthority> {
  const files = { certificate: join(dir, 'root-cert.pem'), key: join(dir, 'root-key.pem') };
  if (existsSync(files.certificate) && existsSync(files.key)) {
    return { certificate: readFileSync(files.certificate, 'utf8'), key: readFileSync(files.key, 'utf8') };
  }
  const root = await newRoot('Meshproof root', 3650);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  writeFileSync(files.certificate, root.certificate, { mode: 0o600 });
  writeFileSync(files.key, root.key, { mode: 0o600 });
  return root;
}

/** A self-signed root, valid for so many days; nothing keeps it. */
export async function newRoot(
  name: string,
  days: number,
  { lasting = validity(days), ...serial }: CertificateTerms = {},
): Promise<CertificateAuthority> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: `O=Meshproof,CN=${name}`,
      keys,
      signingAlgorithm: ALGORITHM,
      ...lasting,
      ...serial,
      extensions: caExtensions(2),
    },
    webcrypto,
  );
  // The newline that openssl writes, too: bundles are PEM blocks one after the other.
  return { certificate: `${certificate.toString('pem')}\n`, key: await exportKey(keys) };
}

/** A CA for one cluster, signed by the root; valid for one year unless told otherwise. */
export async function issueIntermediate(
  root: CertificateAuthority,
  cluster: string,
  { lasting = validity(365), ...serial }: CertificateTerms = {},
): Promise<IntermediateAuthority> {
  const keys = await generateKeys();
  const issuer = new x509.X509Certificate(root.certificate);
  const certificate = await x509.X509CertificateGenerator.create(
    {
      subject: `O=Meshproof,CN=Meshproof intermediate,L=${cluster}`,
      issuer: issuer.subject,
      publicKey: keys.publicKey,
      signingKey: await importKey(root.key),
      signingAlgorithm: ALGORITHM,
      ...lasting,
      ...serial,
      extensions: caExtensions(0),
    },
    webcrypto,
  );
  const pem = certificate.toString('pem');
  return {
    certificate: pem,
    key: await exportKey(keys),
    chain: `${pem}\n${root.certificate}`,
    root: root.certificate,
  };
}

/** A certificate with one SPIFFE ID, as a workload of the mesh has it; valid for an hour unless told otherwise. */
export async function issueLeaf(
  issuer: CertificateAuthority,
  identity: string,
  lasting: Validity = validity(1 / 24),
): Promise<CertificateAuthority> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.create(
    {
      issuer: new x509.X509Certificate(issuer.certificate).subject,
      publicKey: keys.publicKey,
      signingKey: await importKey(issuer.key),
      signingAlgorithm: ALGORITHM,
      ...lasting,
      extensions: leafExtensions(identity),
    },
    webcrypto,
  );
  return { certificate: `${certificate.toString('pem')}\n`, key: await exportKey(keys) };
}

/** As {@link issueLeaf}, signed by nobody but itself. */
export async function selfSignedLeaf(identity: string): Promise<CertificateAuthority> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: 'O=Nobody',
      keys,
      signingAlgorithm: ALGORITHM,
      ...validity(1 / 24),
      extensions: leafExtensions(identity),
    },
    webcrypto,
  );
  return { certificate: `${certificate.toString('pem')}\n`, key: await exportKey(keys) };
}

function leafExtensions(identity: string): x509.Extension[] {
  return [
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth, x509.ExtendedKeyUsage.serverAuth]),
    // RFC 5280 §4.2.1.6: critical, since the subject of a workload's certificate is empty.
    new x509.SubjectAlternativeNameExtension([{ type: 'url', value: identity }], true),
  ];
}

function generateKeys() {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

function validity(days: number): Validity {
  // An hour back, so that a node whose clock is behind accepts it at once.
  return { notBefore: new Date(Date.now() - 3_600_000), notAfter: new Date(Date.now() + days * DAY) };
}

function caExtensions(pathLength: number): x509.Extension[] {
  return [
    new x509.BasicConstraintsExtension(true, pathLength, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
  ];
}

async function exportKey(keys: webcrypto.CryptoKeyPair): Promise<string> {
  const der = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return x509.PemConverter.encode(der, 'PRIVATE KEY');
}

function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = x509.PemConverter.decodeFirst(pem);
  return webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, true, ['sign']);
}
