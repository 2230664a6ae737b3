import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

const DAY_MS = 86_400_000;

/** DER tags (X.690 §8). */
const TAG = {
  integer: 0x02,
  bits: 0x03,
  oid: 0x06,
  text: 0x0c,
  time: 0x17,
  sequence: 0x30,
  set: 0x31,
} as const;
/** ecdsa-with-SHA256, 1.2.840.10045.4.3.2 (RFC 5758 §3.2). */
const ECDSA_SHA256 = der(TAG.sequence, der(TAG.oid, Buffer.from('2a8648ce3d040302', 'hex')));
/** commonName, 2.5.4.3. */
const COMMON_NAME = der(TAG.oid, Buffer.from('550403', 'hex'));

/**
 * A key and a self-signed certificate (P-256, valid from yesterday for 30 days) with this common name, both PEM.
 * Written by hand: node:crypto makes none, and an X.509 library would triple the agent's size.
 */
export function selfSigned(commonName: string): { key: string; cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = der(
    TAG.sequence,
    der(TAG.set, der(TAG.sequence, COMMON_NAME, der(TAG.text, Buffer.from(commonName)))),
  );
  // A first byte of 1 keeps the serial number positive and without a leading zero.
  const serial = der(TAG.integer, Buffer.concat([Buffer.from([1]), randomBytes(8)]));
  const validity = der(TAG.sequence, time(Date.now() - DAY_MS), time(Date.now() + 30 * DAY_MS));
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const tbs = der(TAG.sequence, serial, ECDSA_SHA256, name, validity, name, spki);
  const signature = der(TAG.bits, Buffer.from([0]), sign('sha256', tbs, privateKey));
  const certificate = der(TAG.sequence, tbs, ECDSA_SHA256, signature);
  return {
    key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    cert: `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64')}\n-----END CERTIFICATE-----\n`,
  };
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

/** UTCTime, YYMMDDHHMMSSZ. */
function time(at: number): Buffer {
  const digits = new Date(at).toISOString().slice(2, 19).replaceAll(/[-:T]/g, '');
  return der(TAG.time, Buffer.from(`${digits}Z`));
}
