import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pathToFileURL } from 'node:url';
import { MeshproofError } from '../support/errors.ts';
import { reportFiles } from './read-manifest.ts';

export interface OpenedReport {
  /** The report's file. */
  file: string;
  /** Where a browser finds it: a file URL, or the server's address. */
  url: string;
  /** Ends the server, where there is one. */
  close(): Promise<void>;
}

/**
 * Finds the report of a run for a browser. With `serve` it is served on loopback (for a tunnel, or a browser that
 * refuses files); Allure's own `open` listens on every address of the machine. Throws a `usage` error when there is none.
 */
export async function openReport(
  output: string,
  options: { serve?: boolean; port?: number } = {},
): Promise<OpenedReport> {
  const file = reportFiles(output).allureIndex;
  if (!existsSync(file)) {
    throw new MeshproofError('usage', `${file}: there is no report yet`, {
      nextStep: 'Run meshproof verify.',
    });
  }
  if (options.serve !== true) return { file, url: pathToFileURL(file).href, close: async () => {} };
  const server = serveFile(file);
  await listen(server, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  return { file, url: `http://127.0.0.1:${port}/`, close: () => close(server) };
}

/** The report is one file: nothing else in the folder can be asked for. */
function serveFile(file: string): Server {
  return createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0];
    if (path !== '/' && path !== '/index.html') {
      response.writeHead(404).end();
      return;
    }
    readFile(file).then(
      (content) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(content),
      () => response.writeHead(500).end(),
    );
  });
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const nextStep = 'Choose another port with --port, or leave it out.';
      reject(
        new MeshproofError('usage', `can't listen on port ${port}: ${cause.message}`, { nextStep, cause }),
      );
    });
    server.listen(port, '127.0.0.1', resolve);
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
