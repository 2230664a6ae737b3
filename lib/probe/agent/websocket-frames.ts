import { createHash, randomBytes } from 'node:crypto';
import { AGENT_LIMITS } from '../wire.ts';
import type { Parsed } from './frames.ts';

/** RFC 6455 §11.8. */
export const OPCODE = { binary: 2, close: 8, ping: 9, pong: 10 } as const;

interface WebSocketFrame {
  opcode: number;
  data: Buffer;
}

/** The answer to a client's key (RFC 6455 §4.2.2). */
export function acceptKey(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}

/** One whole frame; a client must mask what it sends (RFC 6455 §5.3), a server must not. */
export function encodeFrame({ opcode, data }: WebSocketFrame, masked: boolean): Buffer {
  const [short, extra] = lengthField(data.length);
  const head = Buffer.concat([Buffer.from([0x80 | opcode, (masked ? 0x80 : 0) | short]), extra]);
  if (!masked) return Buffer.concat([head, data]);
  const mask = randomBytes(4);
  return Buffer.concat([head, mask, applyMask(data, mask)]);
}

function lengthField(length: number): [number, Buffer] {
  if (length < 126) return [length, Buffer.alloc(0)];
  const wide = length > 0xffff;
  const field = Buffer.alloc(wide ? 8 : 2);
  if (wide) field.writeBigUInt64BE(BigInt(length));
  else field.writeUInt16BE(length);
  return [wide ? 127 : 126, field];
}

/** Parses one frame; throws on a fragment (agents send none) and on one past the limit. */
export function parseFrame(bytes: Buffer): Parsed<WebSocketFrame> {
  if (bytes.length < 2) return { need: 2 };
  const first = bytes.readUInt8(0);
  const second = bytes.readUInt8(1);
  const short = second & 0x7f;
  const maskBytes = (second & 0x80) === 0 ? 0 : 4;
  const headBytes = 2 + (short === 127 ? 8 : short === 126 ? 2 : 0);
  if (bytes.length < headBytes) return { need: headBytes };
  const size =
    short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short;
  if ((first & 0xf0) !== 0x80 || size > AGENT_LIMITS.bodyBytes) throw new Error('not a frame of an agent');
  const start = headBytes + maskBytes;
  const length = start + size;
  if (bytes.length < length) return { need: length };
  const data = bytes.subarray(start, length);
  const plain = maskBytes === 0 ? data : applyMask(data, bytes.subarray(headBytes, start));
  return { frame: { opcode: first & 0x0f, data: plain }, length };
}

function applyMask(data: Buffer, mask: Buffer): Buffer {
  const masked = Buffer.allocUnsafe(data.length);
  for (let index = 0; index < data.length; index++) {
    masked[index] = (data[index] ?? 0) ^ (mask[index & 3] ?? 0);
  }
  return masked;
}
