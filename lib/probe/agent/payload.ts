import { createCipheriv, createHash } from 'node:crypto';
import type { Digest } from '../wire.ts';

const BLOCK = 64 * 1024;
/** Megabytes that an HTTP/2 session may hold; node:http2 ends one past 10 with ENHANCE_YOUR_CALM, in the middle of a message. */
export const H2_MEMORY_MB = 64;

/**
 * `bytes` bytes that both ends know: the key stream of AES-128-CTR with a zero key. It repeats nowhere, so that a lost,
 * doubled or swapped piece changes the digest, and does not compress.
 */
export function* payload(bytes: number): Generator<Buffer> {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16));
  const zeros = Buffer.alloc(Math.min(bytes, BLOCK));
  for (let left = bytes; left > 0; left -= BLOCK) {
    yield cipher.update(left < BLOCK ? zeros.subarray(0, left) : zeros);
  }
}

/** Size and SHA-256 of {@link payload}. */
export function payloadDigest(bytes: number): Digest {
  const digest = digester();
  for (const chunk of payload(bytes)) digest.add(chunk);
  return digest.end();
}

/** Takes bytes as they come; `end` gives their number and SHA-256. */
export function digester(): { add(chunk: Buffer): void; end(): Digest } {
  const hash = createHash('sha256');
  let bytes = 0;
  return {
    add(chunk) {
      bytes += chunk.length;
      hash.update(chunk);
    },
    end: () => ({ bytes, sha256: hash.digest('hex') }),
  };
}

/** Why what arrived is not what was sent, in words; undefined when it is. */
export function whyCorrupt(what: string, wanted: Digest, seen: Digest | undefined): string | undefined {
  if (!seen) return `${what}: ${wanted.bytes} bytes, and nothing told what arrived`;
  if (seen.bytes !== wanted.bytes) return `${what}: ${wanted.bytes} bytes sent, ${seen.bytes} arrived`;
  return seen.sha256 === wanted.sha256
    ? undefined
    : `${what}: ${wanted.bytes} bytes arrived changed (SHA-256)`;
}
