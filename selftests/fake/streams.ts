import type { CallTarget } from '../../lib/model/call-plan.ts';
import type { Ending, FakeCall } from './calls.ts';
import { isPlanted } from './defects.ts';
import { httpCall } from './http.ts';
import type { FakeWorld } from './world.ts';

type StreamTarget = Extract<
  CallTarget,
  { protocol: 'http' | 'http2' | 'grpc' | 'websocket' | 'tcp' | 'udp' | 'tls' }
>;

const BODY_LIMIT = 100_000;
/** Time limits of the planted defects, milliseconds. */
const IDLE_LIMIT_MS = 5000;
const STREAM_LIMIT_MS = 3000;

/** A call in any protocol that carries a body or lasts: balanced and answered as an HTTP call is. */
export function streamCall(world: FakeWorld, call: FakeCall, target: StreamTarget): Ending {
  if (target.protocol === 'grpc' && isPlanted('grpc-aborted')) {
    return { outcome: 'http-5xx', detail: 'grpc-status 14 UNAVAILABLE fault filter abort', latencyMs: 2 };
  }
  if (call.sequence === 0 && isPlanted('first-call-lost')) return cutAfter(2);
  const bytes = 'bodyBytes' in target ? (target.bodyBytes ?? 0) : 0;
  if (target.protocol === 'http' && bytes > BODY_LIMIT && isPlanted('body-limit')) {
    return { outcome: 'http-4xx', detail: 'HTTP 413: Payload Too Large', latencyMs: 2 };
  }
  const url = 'url' in target ? target.url : `http://${target.host.replace(/\.$/, '')}:${target.port}/`;
  const answered = httpCall(world, call, { protocol: 'http', url, connection: 'fresh' });
  if (answered.outcome !== 'ok') return answered;
  const { pauseMs, lastsMs } = durationOf(target);
  if (pauseMs >= IDLE_LIMIT_MS && isPlanted('idle-limit')) return cutAfter(IDLE_LIMIT_MS);
  if (lastsMs > STREAM_LIMIT_MS && pauseMs < STREAM_LIMIT_MS && isPlanted('stream-limit')) {
    return cutAfter(STREAM_LIMIT_MS);
  }
  const changed = bytes > BODY_LIMIT && isPlanted('bodies-changed');
  return {
    ...answered,
    ...(changed ? { outcome: 'corrupt', detail: `echoed: ${bytes} bytes arrived changed (SHA-256)` } : {}),
    latencyMs: answered.latencyMs + lastsMs,
  };
}

/** How long nothing is sent, and how long it takes in all. */
function durationOf(target: StreamTarget): { pauseMs: number; lastsMs: number } {
  if (target.protocol === 'tcp') return { pauseMs: target.idleMs ?? 0, lastsMs: target.idleMs ?? 0 };
  if (target.protocol !== 'grpc' && target.protocol !== 'websocket') return { pauseMs: 0, lastsMs: 0 };
  const pauseMs = target.gapMs ?? 0;
  return { pauseMs, lastsMs: pauseMs * (target.messages - 1) };
}

function cutAfter(latencyMs: number): Ending {
  return { outcome: 'reset', detail: 'ECONNRESET', latencyMs };
}
