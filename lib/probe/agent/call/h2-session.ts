import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { H2_MEMORY_MB } from '../payload.ts';
import type { Resolver } from '../dns/resolver.ts';
import { type CallResult, type Phase, codeOf, failure } from './outcome.ts';

/** An HTTP/2 connection in clear (prior knowledge), and how far it got. */
export interface H2Session {
  session: ClientHttp2Session;
  phase(): Phase;
  /** The outcome of a stream that ended with this error, or without one. */
  whyEnded(error?: unknown): CallResult;
}

export function openH2(
  endpoint: { host: string; port: number },
  resolver: Resolver,
  deadlineAt: number,
): H2Session {
  let phase: Phase = 'connecting';
  let cause: unknown;
  const lookup = resolver.lookup((busy) => {
    phase = busy ? 'lookup' : 'connecting';
  }, deadlineAt);
  const session = connectHttp2(`http://${endpoint.host}:${endpoint.port}`, {
    maxSessionMemory: H2_MEMORY_MB,
    createConnection: () => {
      const socket = connect({ ...endpoint, lookup, autoSelectFamily: false });
      // node:http2 hides the connection's error behind one of its own.
      socket.on('error', (error) => (cause ??= error));
      socket.on('connect', () => (phase = 'connected'));
      return socket;
    },
  });
  session.on('error', (error) => (cause ??= error));
  session.on('goaway', (code) => (cause ??= new Error(`GOAWAY with error code ${code}`)));
  return {
    session,
    phase: () => phase,
    whyEnded: (error) => {
      const why = cause ?? error;
      if (why === undefined) return { outcome: 'reset', detail: 'closed without an answer (FIN)' };
      if (codeOf(why) === 'ERR_HTTP2_ERROR') {
        return { outcome: 'wrong-target', detail: `no HTTP/2: ${(why as Error).message}` };
      }
      return failure(why, phase);
    },
  };
}
