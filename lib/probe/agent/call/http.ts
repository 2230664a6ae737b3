import { Agent, type IncomingMessage, request } from 'node:http';
import type { CallTarget } from '../../../model/call-plan.ts';
import type { Resolver } from '../dns/resolver.ts';
import type { Call } from './caller.ts';
import { httpAnswer } from './http-answer.ts';
import { type CallResult, type Phase, deadlinePassed, failure } from './outcome.ts';
import { armDeadline } from './deadline.ts';

const BODY_LIMIT = 64 * 1024;
/** Idle connections that a pooled plan keeps; more are opened when calls overlap, so that no call ever queues. */
const POOL_SIZE = 16;

type HttpTarget = Extract<CallTarget, { protocol: 'http' }>;

/** Calls an HTTP echo, over a connection for each call or over a small pool. */
export function httpCaller(target: HttpTarget, resolver: Resolver): Call {
  const pooled = target.connection === 'pooled';
  const agent = new Agent(pooled ? { keepAlive: true, maxFreeSockets: POOL_SIZE } : { keepAlive: false });
  const url = new URL(target.url);
  // A trailing dot makes the name absolute for the resolver; a proxy matches on the name without it.
  const host = url.host.replace(/\.(:|$)/, '$1');
  const options = {
    agent,
    host: url.hostname,
    port: url.port || 80,
    path: `${url.pathname}${url.search}`,
    headers: { host, 'user-agent': 'meshproof-agent' },
    autoSelectFamily: false,
  };
  return {
    send: (deadlineAt) => callOnce(options, resolver, deadlineAt),
    close: () => agent.destroy(),
  };
}

function callOnce(options: object, resolver: Resolver, deadlineAt: number): Promise<CallResult> {
  return new Promise((resolve) => {
    let phase: Phase = 'connecting';
    const lookup = resolver.lookup((busy) => {
      phase = busy ? 'lookup' : 'connecting';
    }, deadlineAt);
    const outgoing = request({ ...options, lookup });
    const disarm = armDeadline(deadlineAt, () => finish(deadlinePassed(phase)));
    function finish(result: CallResult, keep = false): void {
      disarm();
      resolve(result);
      if (!keep) outgoing.destroy();
    }
    outgoing.on('socket', (socket) => {
      if (!socket.connecting) phase = 'connected';
      else socket.once('connect', () => (phase = 'connected'));
    });
    outgoing.on('error', (error) => finish(failure(error, phase)));
    outgoing.on('response', (response) => {
      readBody(response).then(
        (body) => finish(httpAnswer(response.statusCode ?? 0, response.headers, body), true),
        (error: unknown) => finish(failure(error, 'connected')),
      );
    });
    outgoing.end();
  });
}

async function readBody(response: IncomingMessage): Promise<string> {
  let text = '';
  response.setEncoding('utf8');
  for await (const chunk of response) {
    if (text.length < BODY_LIMIT) text += String(chunk);
  }
  return text;
}
