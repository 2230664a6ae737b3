import { Agent, type RequestOptions, request } from 'node:http';
import { pipeline } from 'node:stream';
import type { CallTarget } from '../../../model/call-plan.ts';
import type { Resolver } from '../dns/resolver.ts';
import type { Call } from './caller.ts';
import { type HttpExchange, httpExchange, readReply } from './http-body.ts';
import { type CallResult, type Phase, deadlinePassed, failure } from './outcome.ts';
import { armDeadline } from './deadline.ts';

/** Idle connections that a pooled plan keeps; more are opened when calls overlap, so that no call ever queues. */
const POOL_SIZE = 16;

type HttpTarget = Extract<CallTarget, { protocol: 'http' }>;

/** Calls an HTTP echo, over a connection for each call or over a small pool. */
export function httpCaller(target: HttpTarget, resolver: Resolver): Call {
  const pooled = target.connection === 'pooled';
  const agent = new Agent(pooled ? { keepAlive: true, maxFreeSockets: POOL_SIZE } : { keepAlive: false });
  const url = new URL(target.url);
  const exchange = httpExchange(target);
  const options = {
    agent,
    host: url.hostname,
    port: url.port || 80,
    path: `${url.pathname}${url.search}`,
    method: exchange.method,
    headers: { host: hostOf(url), ...exchange.headers },
    autoSelectFamily: false,
  };
  return {
    send: (deadlineAt) => callOnce(options, exchange, resolver, deadlineAt),
    close: () => agent.destroy(),
  };
}

/** A trailing dot makes the name absolute for the resolver; a proxy matches on the name without it. */
export function hostOf(url: URL): string {
  return url.host.replace(/\.(:|$)/, '$1');
}

function callOnce(
  options: RequestOptions,
  exchange: HttpExchange,
  resolver: Resolver,
  deadlineAt: number,
): Promise<CallResult> {
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
      readReply(response).then(
        // An answer that came before the whole body was sent leaves the connection in no state to be used again.
        (reply) =>
          finish(
            exchange.judge(response.statusCode ?? 0, response.headers, reply),
            outgoing.writableFinished,
          ),
        (error: unknown) => finish(failure(error, 'connected')),
      );
    });
    const body = exchange.body();
    // Errors of the request itself are reported above.
    if (body) pipeline(body, outgoing, () => {});
    else outgoing.end();
  });
}
