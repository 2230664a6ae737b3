/** What a parser makes of the bytes so far: a frame with its whole length, or how many bytes it needs to go on. */
export type Parsed<T> = { frame: T; length: number } | { need: number };

/**
 * Cuts a stream of bytes into frames. Pieces are joined only when enough came for the next step, so that a frame of
 * 10 MB costs its own size and not its square. What `parse` throws goes to the caller of the returned function.
 */
export function frameCutter<T>(
  parse: (bytes: Buffer) => Parsed<T>,
  onFrame: (frame: T) => void,
): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let held = 0;
  let need = 1;
  return (chunk) => {
    chunks.push(chunk);
    held += chunk.length;
    while (held >= need) {
      const bytes = Buffer.concat(chunks);
      const parsed = parse(bytes);
      const rest = 'frame' in parsed ? bytes.subarray(parsed.length) : bytes;
      need = 'frame' in parsed ? 1 : parsed.need;
      chunks = [rest];
      held = rest.length;
      if ('frame' in parsed) onFrame(parsed.frame);
    }
  };
}

/** Length of gRPC's prefix: a byte for compression and four for the message's length (gRPC over HTTP/2). */
const GRPC_PREFIX = 5;

/** One gRPC message, uncompressed, with its prefix. */
export function grpcMessage(message: Buffer): Buffer {
  const prefix = Buffer.alloc(GRPC_PREFIX);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** Parses a gRPC message, to be used with {@link frameCutter}. */
export function parseGrpc(bytes: Buffer): Parsed<Buffer> {
  if (bytes.length < GRPC_PREFIX) return { need: GRPC_PREFIX };
  const length = GRPC_PREFIX + bytes.readUInt32BE(1);
  return bytes.length < length ? { need: length } : { frame: bytes.subarray(GRPC_PREFIX, length), length };
}
