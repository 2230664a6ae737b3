import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';

/**
 * Entries, each with the SHA-256 of the one before it and of itself: whoever edits one has to edit all that follow,
 * and the last hash, which is kept elsewhere too (verdict.json, the terminal, the CI log), then differs.
 */
export interface Chained {
  hash: string;
}

/** A signature of a seal, base64, with the public key that checks it, PEM. */
export interface Signature {
  signature: string;
  publicKey: string;
}

/** Seals a header and its entries in their order; the seal is the last hash. */
export function chain<T extends object>(
  header: object,
  entries: readonly T[],
): { entries: (T & Chained)[]; seal: string } {
  let seal = digest('', header);
  const chained = entries.map((entry) => {
    seal = digest(seal, entry);
    return { ...entry, hash: seal };
  });
  return { entries: chained, seal };
}

/** Position of the first entry that is not what was sealed (0 also for the header); undefined when all is as it was. */
export function firstEdit(header: object, entries: readonly Chained[], seal: string): number | undefined {
  let running = digest('', header);
  for (const [index, { hash, ...entry }] of entries.entries()) {
    running = digest(running, entry);
    if (running !== hash) return index;
  }
  // Entries that were cut off at the end, or added there with hashes of their own.
  return running === seal ? undefined : entries.length;
}

/** Signs a seal with an Ed25519 key (RFC 8032), PEM; base64. Throws on another kind of key. */
export function signSeal(seal: string, privateKey: string): Signature {
  const key = createPrivateKey(privateKey);
  if (key.asymmetricKeyType !== 'ed25519')
    throw new Error(`an Ed25519 key is needed, this is ${key.asymmetricKeyType}`);
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();
  return { signature: sign(null, Buffer.from(seal), key).toString('base64'), publicKey };
}

/** True when the signature of this seal was made with the private half of this key. */
export function isSignedBy(publicKey: string, seal: string, signature: string): boolean {
  return verify(null, Buffer.from(seal), createPublicKey(publicKey), Buffer.from(signature, 'base64'));
}

function digest(before: string, value: object): string {
  return createHash('sha256').update(before).update(canonical(value)).digest('hex');
}

/** JSON whose keys are in the order of their code units (as RFC 8785), so that equal values have equal text. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(',')}}`;
}
