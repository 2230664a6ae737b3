import type { IncomingHttpHeaders } from 'node:http2';
import type { CallTarget } from '../../../model/call-plan.ts';
import { ECHO_HEADER } from '../../wire.ts';
import type { Resolver } from '../dns/resolver.ts';
import { frameCutter, grpcMessage, parseGrpc } from '../frames.ts';
import type { Call } from './caller.ts';
import { conversation } from './conversation.ts';
import { armDeadline } from './deadline.ts';
import { openH2 } from './h2-session.ts';
import { echoAnswer, httpAnswer, responseFlags } from './http-answer.ts';
import { type CallResult, deadlinePassed } from './outcome.ts';

type GrpcTarget = Extract<CallTarget, { protocol: 'grpc' }>;

/**
 * A gRPC call on a connection of its own: `messages` messages each way on one stream, then the status. Messages are opaque
 * bytes; the framing, headers and trailers are those of gRPC over HTTP/2.
 */
export function grpcCaller(target: GrpcTarget, resolver: Resolver): Call {
  return { send: (deadlineAt) => callOnce(target, resolver, deadlineAt), close: () => {} };
}

function callOnce(target: GrpcTarget, resolver: Resolver, deadlineAt: number): Promise<CallResult> {
  return new Promise((resolve) => {
    const opened = openH2(target, resolver, deadlineAt);
    const talk = conversation(target);
    const disarm = armDeadline(deadlineAt, () => {
      const passed = deadlinePassed(opened.phase());
      finish(passed.outcome === 'deadline' ? { ...passed, detail: talk.words() } : passed);
    });
    const stream = opened.session.request({
      ':method': 'POST',
      ':path': `/meshproof.Echo/${target.messages === 1 ? 'Unary' : 'Stream'}`,
      ':authority': `${target.host.replace(/\.$/, '')}:${target.port}`,
      'content-type': 'application/grpc',
      te: 'trailers',
      'user-agent': 'grpc-meshproof-agent',
    });
    let head: IncomingHttpHeaders = {};
    let verdict: CallResult | undefined;
    function finish(result: CallResult): void {
      disarm();
      talk.stop();
      resolve({ ...result, ...talk.progress() });
      opened.session.destroy();
    }
    stream.on('response', (headers) => {
      head = headers;
      const status = headers[':status'] ?? 0;
      if (status !== 200) finish(httpAnswer(status, headers, ''));
      // An answer of trailers alone: nobody took the call.
      else if (headers['grpc-status'] !== undefined) finish(statusOf(headers, head));
    });
    const cut = frameCutter(parseGrpc, talk.arrived);
    stream.on('data', cut);
    stream.on('trailers', (trailers) => finish(verdict ?? statusOf(trailers, head)));
    stream.on('error', (error) => finish(opened.whyEnded(error)));
    stream.on('close', () => finish(opened.whyEnded()));
    talk
      .run((message) => stream.write(grpcMessage(message)))
      .then(
        (corrupt) => {
          verdict = corrupt;
          stream.end();
        },
        // Stopped: the outcome is known already.
        () => {},
      );
  });
}

/** gRPC status codes by the outcome that the same failure has in HTTP (gRPC documentation, "HTTP to gRPC Status Code Mapping"). */
const CLIENT_ERRORS: Record<string, string> = {
  '3': 'INVALID_ARGUMENT',
  '5': 'NOT_FOUND',
  '7': 'PERMISSION_DENIED',
  '8': 'RESOURCE_EXHAUSTED',
  '9': 'FAILED_PRECONDITION',
  '12': 'UNIMPLEMENTED',
  '16': 'UNAUTHENTICATED',
};
const SERVER_ERRORS: Record<string, string> = {
  '1': 'CANCELLED',
  '2': 'UNKNOWN',
  '4': 'DEADLINE_EXCEEDED',
  '13': 'INTERNAL',
  '14': 'UNAVAILABLE',
};

function statusOf(trailers: IncomingHttpHeaders, head: IncomingHttpHeaders): CallResult {
  const status = String(trailers['grpc-status'] ?? 'missing');
  if (status === '0') return echoAnswer(head[ECHO_HEADER], 'grpc-status 0 OK');
  const words = decodeURIComponent(String(trailers['grpc-message'] ?? ''));
  const name = CLIENT_ERRORS[status] ?? SERVER_ERRORS[status];
  const flags = responseFlags(trailers, words);
  return {
    outcome: status in CLIENT_ERRORS ? 'http-4xx' : 'http-5xx',
    detail: ['grpc-status', status, name, words].filter(Boolean).join(' '),
    ...(flags ? { responseFlags: flags } : {}),
  };
}
