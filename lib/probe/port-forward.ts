import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import { PassThrough, Writable } from 'node:stream';
import { PortForward } from '@kubernetes/client-node';
import { WebSocketHandler } from '@kubernetes/client-node/dist/web-socket-handler.js';
import { errorMessage, MeshproofError } from '../support/errors.ts';
import type { Kube } from '../support/kube.ts';
import type { Channel } from './channel.ts';
import { type AgentClient, connectAgent } from './client.ts';
import { AGENT_PORTS } from './wire.ts';

/**
 * Opens the agent in a pod over a port-forward to its loopback. Throws an `environment` error when it can't. In a node's
 * own network the control port is another one.
 */
export async function openAgent(
  kube: Kube,
  namespace: string,
  pod: string,
  port: number = AGENT_PORTS.control,
): Promise<AgentClient> {
  return connectAgent(await forwardPort(kube, namespace, pod, port));
}

/** The API server's answer to a port-forward is waited for this long; client-node itself would wait for ever. */
const OPEN_TIMEOUT_MS = 10_000;

/**
 * A port of a pod on a free port of our loopback. Each local connection gets a forward of its own, so that a forward
 * that broke costs one connection, and the next one finds its way again. Throws when no local port is free.
 */
export async function forwardPort(
  kube: Kube,
  namespace: string,
  pod: string,
  port: number,
): Promise<Channel> {
  const sockets = new Set<Socket>();
  let trouble = '';
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    const report = (words: string) => (trouble = words);
    carry(kube, { namespace, pod, port }, socket, report).catch((error: unknown) => {
      report(errorMessage(error));
      socket.destroy();
    });
  });
  await listenOnLoopback(server);
  return {
    name: `agent ${namespace}/${pod}`,
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    trouble: () => trouble,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

interface Forward {
  namespace: string;
  pod: string;
  port: number;
}

async function carry(
  kube: Kube,
  to: Forward,
  socket: Socket,
  report: (trouble: string) => void,
): Promise<void> {
  // Bytes on the error channel mean that the kubelet could not reach the port.
  const errors = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (chunk.length > 0) {
        report(chunk.toString('utf8'));
        socket.destroy();
      }
      done();
    },
  });
  const opening = new PortForward(kube.config, true, quietHandler(kube)).portForward(
    to.namespace,
    to.pod,
    [to.port],
    socket,
    errors,
    socket,
  ) as Promise<WebSocketLike>;
  const webSocket = await withTimeout(opening, OPEN_TIMEOUT_MS, (late) => late.close());
  // client-node tells nobody when the WebSocket closes: without this the local side would hang half open.
  webSocket.addEventListener('close', () => socket.destroySoon());
  socket.once('close', () => webSocket.close());
  if (socket.destroyed || webSocket.readyState > WEB_SOCKET_OPEN) {
    webSocket.close();
    socket.destroy();
  }
}

/** What is used of the WebSocket: client-node's types for it need a package that is not here. */
interface WebSocketLike {
  readyState: number;
  close(): void;
  addEventListener(event: 'close', listener: () => void): void;
}

const WEB_SOCKET_OPEN = 1;

/**
 * On a close message for a stream, client-node's handler ends the streams it was made with, and those are the
 * process's own stdin and stdout by default.
 */
function quietHandler(kube: Kube): WebSocketHandler {
  const nothing = () => new PassThrough();
  return new WebSocketHandler(kube.config, undefined, {
    stdin: nothing(),
    stdout: nothing(),
    stderr: nothing(),
  });
}

async function withTimeout<T>(work: Promise<T>, timeoutMs: number, tooLate: (value: T) => void): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let expired = false;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      expired = true;
      reject(new Error(`port-forward did not open within ${timeoutMs} ms`));
    }, timeoutMs);
  });
  void work.then((value) => expired && tooLate(value)).catch(() => {});
  return Promise.race([work, timeout]).finally(() => clearTimeout(timer));
}

/** What client-node rejects with is an event of the WebSocket, not always an Error. */
function listenOnLoopback(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      reject(new MeshproofError('environment', 'no local port for a port-forward', { cause }));
    });
    server.listen(0, '127.0.0.1', () => resolve());
  });
}
