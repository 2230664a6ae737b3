import { type Socket, connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { CallTarget } from '../../../model/call-plan.ts';
import type { Digest } from '../../wire.ts';
import { type ByteReader, byteReader } from '../byte-reader.ts';
import type { Resolver } from '../dns/resolver.ts';
import { digester, payloadDigest, whyCorrupt } from '../payload.ts';
import { writeAll } from '../serve/tcp-echo.ts';
import type { Call } from './caller.ts';
import { armDeadline } from './deadline.ts';
import { type CallResult, type Phase, deadlinePassed, failure, parseEcho } from './outcome.ts';

type TcpTarget = Extract<CallTarget, { protocol: 'tcp' }>;

const LINE_LIMIT = 64 * 1024;
const DEFAULT_BYTES = 16;

/**
 * Sends a body over TCP and expects the echo of an agent with as many bytes; after `idleMs` without a byte once more on
 * the same connection. `detail` tells in which round a connection was lost.
 */
export function tcpBodyCaller(target: TcpTarget, resolver: Resolver): Call {
  const wanted = payloadDigest(target.bodyBytes ?? DEFAULT_BYTES);
  return { send: (deadlineAt) => callOnce(target, wanted, resolver, deadlineAt), close: () => {} };
}

function callOnce(
  target: TcpTarget,
  wanted: Digest,
  resolver: Resolver,
  deadlineAt: number,
): Promise<CallResult> {
  return new Promise((resolve) => {
    let phase: Phase = 'connecting';
    let round = '';
    const lookup = resolver.lookup((busy) => {
      phase = busy ? 'lookup' : 'connecting';
    }, deadlineAt);
    const { host, port } = target;
    const socket: Socket = connect({ host, port, lookup, autoSelectFamily: false });
    const ended = new AbortController();
    const disarm = armDeadline(deadlineAt, () => finish(inRound(deadlinePassed(phase), round)));
    function finish(result: CallResult): void {
      disarm();
      ended.abort();
      resolve(result);
      socket.resetAndDestroy();
    }
    socket.on('error', (error) => finish(inRound(failure(error, phase), round)));
    // A peer that hangs up while nothing is read would go unseen until the next round.
    socket.on('close', () => finish(inRound({ outcome: 'reset', detail: 'closed' }, round)));
    socket.on('connect', () => {
      phase = 'connected';
      converse(socket, ended.signal).then(finish, (error: unknown) => {
        if (!ended.signal.aborted) finish(inRound(failure(error, phase), round));
      });
    });

    async function converse(open: Socket, signal: AbortSignal): Promise<CallResult> {
      const reader = byteReader(open);
      const first = await exchange(open, reader, wanted);
      if (first.outcome !== 'ok' || target.idleMs === undefined) return first;
      round = `after ${target.idleMs} ms of silence`;
      await delay(target.idleMs, undefined, { signal });
      return inRound(await exchange(open, reader, wanted), round);
    }
  });
}

async function exchange(socket: Socket, reader: ByteReader, wanted: Digest): Promise<CallResult> {
  socket.write(`meshproof-body ${wanted.bytes}\n`);
  await writeAll(socket, wanted.bytes);
  const line = await reader.line(LINE_LIMIT);
  if (line === undefined) return { outcome: 'reset', detail: 'closed without an answer (FIN)' };
  const echo = parseEcho(line);
  if (!echo) return { outcome: 'wrong-target', detail: `no echo: ${line.slice(0, 80)}` };
  const digest = digester();
  if ((await reader.bytes(wanted.bytes, digest.add)) < wanted.bytes) {
    return { outcome: 'reset', detail: `closed in the middle of ${wanted.bytes} bytes` };
  }
  const back = digest.end();
  const why = whyCorrupt('sent', wanted, echo.received) ?? whyCorrupt('echoed', wanted, back);
  if (why !== undefined) return { outcome: 'corrupt', detail: why, answeredBy: echo.place };
  return { outcome: 'ok', answeredBy: echo.place, bytes: back.bytes };
}

function inRound(result: CallResult, round: string): CallResult {
  return round === '' ? result : { ...result, detail: [result.detail, round].filter(Boolean).join(' ') };
}
