import { pipeline } from 'node:stream';
import type { CallTarget } from '../../../model/call-plan.ts';
import type { Resolver } from '../dns/resolver.ts';
import type { Call } from './caller.ts';
import { armDeadline } from './deadline.ts';
import { type H2Session, openH2 } from './h2-session.ts';
import { hostOf } from './http.ts';
import { httpExchange, readReply } from './http-body.ts';
import { type CallResult, deadlinePassed } from './outcome.ts';

type Http2Target = Extract<CallTarget, { protocol: 'http2' }>;

/** Calls an HTTP/2 echo with prior knowledge, over a connection for each call or over one for all. */
export function http2Caller(target: Http2Target, resolver: Resolver): Call {
  const url = new URL(target.url);
  const endpoint = { host: url.hostname, port: Number(url.port || 80) };
  const exchange = httpExchange(target);
  const { host: authority = hostOf(url), ...headers } = exchange.headers;
  let kept: H2Session | undefined;

  function sessionFor(deadlineAt: number): H2Session {
    if (target.connection === 'fresh') return openH2(endpoint, resolver, deadlineAt);
    if (!kept || kept.session.closed || kept.session.destroyed) kept = openH2(endpoint, resolver, deadlineAt);
    return kept;
  }

  function send(deadlineAt: number): Promise<CallResult> {
    return new Promise((resolve) => {
      const opened = sessionFor(deadlineAt);
      const disarm = armDeadline(deadlineAt, () => finish(deadlinePassed(opened.phase())));
      const body = exchange.body();
      const stream = opened.session.request(
        {
          ':method': exchange.method,
          ':path': `${url.pathname}${url.search}`,
          ':authority': authority,
          ...headers,
        },
        { endStream: body === undefined },
      );
      function finish(result: CallResult): void {
        disarm();
        resolve(result);
        stream.destroy();
        if (target.connection === 'fresh') opened.session.destroy();
      }
      stream.on('error', (error) => finish(opened.whyEnded(error)));
      stream.on('close', () => finish(opened.whyEnded()));
      stream.on('response', (seen) => {
        readReply(stream).then(
          (reply) => finish(exchange.judge(seen[':status'] ?? 0, seen, reply)),
          (error: unknown) => finish(opened.whyEnded(error)),
        );
      });
      if (body) pipeline(body, stream, () => {});
    });
  }
  return { send, close: () => kept?.session.destroy() };
}
