import { get } from 'node:http';
import { MeshproofError } from '../support/errors.ts';
import type { Kube } from '../support/kube.ts';
import { forwardPort } from './port-forward.ts';

/** An HTTP port on the loopback of a pod. */
export interface PodPort {
  namespace: string;
  pod: string;
  port: number;
}

/** Reads a path; rejects with an `environment` error on another status than 200 or after 8 s. */
export type Read = (path: string) => Promise<string>;

const READ_TIMEOUT_MS = 8000;

/** Opens a port-forward to a pod for the time that `use` takes. */
export async function withPodPort<T>(kube: Kube, to: PodPort, use: (read: Read) => Promise<T>): Promise<T> {
  const { read, close } = await openPodPort(kube, to);
  try {
    return await use(read);
  } finally {
    await close();
  }
}

/** A port-forward to a pod that stays open: who reads again and again costs the API server one connection. */
export async function openPodPort(
  kube: Kube,
  to: PodPort,
): Promise<{ read: Read; close: () => Promise<void> }> {
  const channel = await forwardPort(kube, to.namespace, to.pod, to.port);
  const name = `${to.namespace}/${to.pod}:${to.port}`;
  return {
    read: (path) =>
      readPath(channel.port, path).catch((cause: unknown) => {
        const why = channel.trouble?.() || (cause instanceof Error ? cause.message : String(cause));
        throw new MeshproofError('environment', `${name}${path}: ${why}`, { cause });
      }),
    close: () => channel.close(),
  };
}

function readPath(port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get({ host: '127.0.0.1', port, path, timeout: READ_TIMEOUT_MS }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => (text += String(chunk)));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`HTTP ${response.statusCode}`));
      });
    });
    request.on('timeout', () => request.destroy(new Error(`no answer within ${READ_TIMEOUT_MS} ms`)));
    request.on('error', reject);
  });
}
