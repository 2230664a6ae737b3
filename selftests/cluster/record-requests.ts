import { appendFileSync } from 'node:fs';
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { describeRequest } from '../../lib/run/api-request.ts';

/** Loaded in front of a program (`--import`): writes each kind of request that it sends to API servers into a file, once. */
const file = process.env['MESHPROOF_RECORD_REQUESTS'];
const seen = new Set<string>();

if (file !== undefined && file !== '') {
  subscribe('undici:request:create', (message) => {
    const { request } = message as { request: { method: string; path: string } };
    record(request.method, request.path);
  });
  subscribe('http.client.request.start', (message) => {
    const { request } = message as { request: ClientRequest };
    record(request.method, request.path);
  });
}

function record(method: string, path: string): void {
  const request = describeRequest(method, path);
  const line = JSON.stringify(request);
  if (!request || seen.has(line)) return;
  seen.add(line);
  appendFileSync(file ?? '', `${line}\n`);
}
