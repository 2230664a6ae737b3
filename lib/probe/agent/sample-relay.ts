import { type AddressInfo, type Socket, connect, createServer } from 'node:net';

/** What becomes of the bytes of one direction of a connection; undefined lets the relay hang up. */
type Harm = (chunk: Buffer, seenBefore: number) => Buffer | undefined;

const unharmed: Harm = (chunk) => chunk;

/** For tests: a TCP relay on the loopback that harms what passes. */
export async function harmfulRelay(to: number, harm: { up?: Harm; down?: Harm }) {
  const sockets = new Set<Socket>();
  const server = createServer((local) => {
    const remote = connect(to, '127.0.0.1');
    pass(local, remote, harm.up ?? unharmed);
    pass(remote, local, harm.down ?? unharmed);
    for (const socket of [local, remote]) sockets.add(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port: (server.address() as AddressInfo).port, [Symbol.asyncDispose]: close };
}

function pass(from: Socket, to: Socket, harm: Harm): void {
  let seen = 0;
  from.on('error', () => to.destroy());
  from.on('close', () => to.destroy());
  from.on('data', (chunk: Buffer) => {
    const harmed = harm(chunk, seen);
    seen += chunk.length;
    if (harmed) to.write(harmed);
    else {
      from.destroy();
      to.destroy();
    }
  });
}

/** Changes one bit of the byte at this position of the stream. */
export function bitFlippedAt(position: number): Harm {
  return (chunk, seen) => {
    const index = position - seen;
    if (index < 0 || index >= chunk.length) return chunk;
    const changed = Buffer.from(chunk);
    changed[index] = (changed[index] ?? 0) ^ 1;
    return changed;
  };
}

/** Hangs up once so many bytes have passed. */
export function cutAfter(bytes: number): Harm {
  return (chunk, seen) => (seen + chunk.length > bytes ? undefined : chunk);
}
