import { type Socket, connect } from 'node:net';
import type { CallTarget } from '../../../model/call-plan.ts';
import type { Resolver } from '../dns/resolver.ts';
import type { Call } from './caller.ts';
import { armDeadline } from './deadline.ts';
import { httpAnswer } from './http-answer.ts';
import { type CallResult, type Phase, deadlinePassed, failure, parseEcho } from './outcome.ts';
import { tcpBodyCaller } from './tcp-body.ts';

type Endpoint = { host: string; port: number };
type TargetOf<P extends CallTarget['protocol']> = Extract<CallTarget, { protocol: P }>;

const ANSWER_LIMIT = 64 * 1024;
const PROBE_LINE = 'meshproof';

interface Exchange {
  /** Sent as soon as the connection is open. */
  send?: string;
  /** Judges what has come so far; undefined to wait for more. `ended` when the peer has closed its side. */
  judge(text: string, ended: boolean): CallResult | undefined;
}

/** Sends a line, or a body, and expects the echo of an agent. */
export function tcpCaller(target: TargetOf<'tcp'>, resolver: Resolver): Call {
  if (target.bodyBytes !== undefined || target.idleMs !== undefined) return tcpBodyCaller(target, resolver);
  const judge = (text: string, ended: boolean): CallResult | undefined => {
    if (!text.includes('\n')) return ended ? closedEarly(text) : undefined;
    const echo = parseEcho(text.slice(0, text.indexOf('\n')));
    if (echo?.line !== PROBE_LINE)
      return { outcome: 'wrong-target', detail: `no echo: ${text.slice(0, 80)}` };
    return { outcome: 'ok', answeredBy: echo.place };
  };
  return rawCaller(target, resolver, { send: `${PROBE_LINE}\n`, judge });
}

/** Opens a connection and resets it at once, so that a fast witness leaves no TIME_WAIT behind. */
export function tcpConnectCaller(target: TargetOf<'tcp-connect'>, resolver: Resolver): Call {
  return rawCaller(target, resolver, { judge: () => ({ outcome: 'ok', detail: 'connected' }) });
}

/** HTTP/1.1 in clear on a bare socket: `ok` only when the echo of an agent came back. */
export function plaintextCaller(target: TargetOf<'plaintext'>, resolver: Resolver): Call {
  const host = target.host.replace(/\.$/, '');
  const send = `GET /plaintext HTTP/1.1\r\nHost: ${host}:${target.port}\r\nConnection: close\r\n\r\n`;
  const judge = (text: string, ended: boolean) => (ended ? judgeHttp(text) : undefined);
  return rawCaller(target, resolver, { send, judge });
}

/** Judges what came back on a bare connection after an HTTP/1.1 request. */
export function judgeHttp(text: string): CallResult {
  if (text === '') return closedEarly(text);
  const head = /^HTTP\/1\.[01] (\d{3})[^\r\n]*\r\n/.exec(text);
  if (!head) return { outcome: 'wrong-target', detail: `no HTTP: ${JSON.stringify(text.slice(0, 40))}` };
  const split = text.indexOf('\r\n\r\n');
  const body = split < 0 ? '' : text.slice(split + 4);
  const json = body.slice(body.indexOf('{'), body.lastIndexOf('}') + 1);
  return httpAnswer(Number(head[1]), {}, json || body);
}

/** A peer that closes in order (FIN) with no answer is as much a rejection as a RST; the detail tells them apart. */
function closedEarly(text: string): CallResult {
  return {
    outcome: 'reset',
    detail: text ? `closed in the middle of an answer` : 'closed without an answer (FIN)',
  };
}

function rawCaller(endpoint: Endpoint, resolver: Resolver, exchange: Exchange): Call {
  return { send: (deadlineAt) => rawCall(endpoint, resolver, exchange, deadlineAt), close: () => {} };
}

function rawCall(
  endpoint: Endpoint,
  resolver: Resolver,
  exchange: Exchange,
  deadlineAt: number,
): Promise<CallResult> {
  return new Promise((resolve) => {
    let phase: Phase = 'connecting';
    let text = '';
    const lookup = resolver.lookup((busy) => {
      phase = busy ? 'lookup' : 'connecting';
    }, deadlineAt);
    const socket: Socket = connect({ ...endpoint, lookup, autoSelectFamily: false });
    const disarm = armDeadline(deadlineAt, () => finish(deadlinePassed(phase)));
    function finish(result: CallResult | undefined): void {
      if (!result) return;
      disarm();
      resolve(result);
      socket.resetAndDestroy();
    }
    socket.setEncoding('utf8');
    socket.on('error', (error) => finish(failure(error, phase)));
    socket.on('connect', () => {
      phase = 'connected';
      if (exchange.send === undefined) finish(exchange.judge('', false));
      else socket.write(exchange.send);
    });
    socket.on('data', (chunk) => {
      text += String(chunk);
      finish(exchange.judge(text, text.length > ANSWER_LIMIT));
    });
    socket.on('end', () => finish(exchange.judge(text, true)));
  });
}
