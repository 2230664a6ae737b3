import type { Readable } from 'node:stream';

/** Reads a stream piece by piece. Each method rejects with the stream's error. */
export interface ByteReader {
  /** Up to the next line feed, without it; undefined when the stream ended before any byte. Longest `limit` bytes. */
  line(limit: number): Promise<string | undefined>;
  /** Hands exactly `count` bytes on as they come; gives back how many came, fewer when the stream ended. */
  bytes(count: number, take: (chunk: Buffer) => void): Promise<number>;
}

export function byteReader(stream: Readable): ByteReader {
  const chunks: AsyncIterator<Buffer> = stream[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  const more = async (): Promise<boolean> => {
    const next = await chunks.next();
    if (next.done !== true) rest = rest.length === 0 ? next.value : Buffer.concat([rest, next.value]);
    return next.done !== true;
  };
  return {
    async line(limit) {
      let end = rest.indexOf(0x0a);
      while (end < 0 && rest.length < limit && (await more())) end = rest.indexOf(0x0a);
      if (rest.length === 0) return undefined;
      const stop = end < 0 ? rest.length : end;
      const text = rest.subarray(0, Math.min(stop, limit)).toString('utf8');
      rest = rest.subarray(stop + 1);
      return text;
    },
    async bytes(count, take) {
      let left = count;
      while (left > 0 && (rest.length > 0 || (await more()))) {
        const piece = rest.subarray(0, left);
        rest = rest.subarray(piece.length);
        left -= piece.length;
        take(piece);
      }
      return count - left;
    },
  };
}
