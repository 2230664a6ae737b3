import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { MeshproofError } from './errors.ts';

/**
 * Runs `work` while no other process on this machine runs work of the same name. The lock is an abstract socket:
 * the kernel lets go of it however this process ends. Throws when another one holds it longer than `limit` ms.
 */
export async function withMachineLock<T>(name: string, work: () => Promise<T>, limit = 180_000): Promise<T> {
  const path = `\0meshproof-${createHash('sha256').update(name).digest('hex').slice(0, 24)}`;
  const deadline = Date.now() + limit;
  for (;;) {
    const release = await hold(path);
    if (release) {
      try {
        return await work();
      } finally {
        await release();
      }
    }
    if (Date.now() > deadline) {
      throw new MeshproofError(
        'environment',
        `another process works on ${name} for more than ${limit / 1000} s`,
        {
          nextStep: 'wait for it, or end it, and try again',
        },
      );
    }
    await sleep(100);
  }
}

function hold(path: string): Promise<(() => Promise<void>) | undefined> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    server.listen(path, () => {
      server.unref();
      resolve(() => new Promise((closed) => server.close(() => closed())));
    });
  });
}
