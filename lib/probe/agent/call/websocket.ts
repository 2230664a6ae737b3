import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import type { Duplex } from 'node:stream';
import type { CallTarget } from '../../../model/call-plan.ts';
import { ECHO_HEADER } from '../../wire.ts';
import type { Resolver } from '../dns/resolver.ts';
import { frameCutter } from '../frames.ts';
import { OPCODE, acceptKey, encodeFrame, parseFrame } from '../websocket-frames.ts';
import type { Call } from './caller.ts';
import { conversation } from './conversation.ts';
import { armDeadline } from './deadline.ts';
import { echoAnswer, httpAnswer } from './http-answer.ts';
import { readReply } from './http-body.ts';
import { hostOf } from './http.ts';
import { type CallResult, type Phase, deadlinePassed, failure } from './outcome.ts';

type WebSocketTarget = Extract<CallTarget, { protocol: 'websocket' }>;

/**
 * Upgrades a connection of its own and sends messages, each echoed (RFC 6455). Not the global WebSocket: it tells neither
 * why a connection failed nor what a refusal said.
 */
export function webSocketCaller(target: WebSocketTarget, resolver: Resolver): Call {
  return { send: (deadlineAt) => callOnce(target, resolver, deadlineAt), close: () => {} };
}

function callOnce(target: WebSocketTarget, resolver: Resolver, deadlineAt: number): Promise<CallResult> {
  return new Promise((resolve) => {
    let phase: Phase = 'connecting';
    const url = new URL(target.url);
    const key = randomBytes(16).toString('base64');
    const talk = conversation(target);
    let upgraded: Duplex | undefined;
    const lookup = resolver.lookup((busy) => {
      phase = busy ? 'lookup' : 'connecting';
    }, deadlineAt);
    // The types of node:http leave out what it passes on to node:net.
    const dial: object = { lookup, autoSelectFamily: false };
    const outgoing = request({
      ...dial,
      host: url.hostname,
      port: url.port || 80,
      path: `${url.pathname}${url.search}`,
      headers: {
        host: hostOf(url),
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-key': key,
        'sec-websocket-version': '13',
        'user-agent': 'meshproof-agent',
      },
      agent: false,
    });
    const disarm = armDeadline(deadlineAt, () => {
      const passed = deadlinePassed(phase);
      finish(passed.outcome === 'deadline' ? { ...passed, detail: talk.words() } : passed);
    });
    function finish(result: CallResult): void {
      disarm();
      talk.stop();
      resolve({ ...result, ...talk.progress() });
      outgoing.destroy();
      upgraded?.destroy();
    }
    outgoing.on('socket', (socket) => socket.once('connect', () => (phase = 'connected')));
    outgoing.on('error', (error) => finish(failure(error, phase)));
    outgoing.on('response', (response) => {
      readReply(response).then(
        ({ head }) => finish(refused(response.statusCode ?? 0, response.headers, head)),
        (error: unknown) => finish(failure(error, 'connected')),
      );
    });
    outgoing.on('upgrade', (response, socket, first) => {
      upgraded = socket;
      socket.on('error', (error) => finish(failure(error, 'connected')));
      socket.on('close', () => finish({ outcome: 'reset', detail: `closed: ${talk.words()}` }));
      if (response.headers['sec-websocket-accept'] !== acceptKey(key)) {
        finish({ outcome: 'wrong-target', detail: 'the upgrade was not answered by a WebSocket server' });
        return;
      }
      listen(socket, first, talk.arrived, (words) =>
        finish({ outcome: 'reset', detail: `${words}: ${talk.words()}` }),
      );
      const send = (data: Buffer) => void socket.write(encodeFrame({ opcode: OPCODE.binary, data }, true));
      talk.run(send).then(
        (corrupt) => finish(corrupt ?? echoAnswer(response.headers[ECHO_HEADER], 'HTTP 101')),
        // Stopped: the outcome is known already.
        () => {},
      );
    });
    outgoing.end();
  });
}

/** Hands messages on; anything but messages and pings ends the talk. */
function listen(
  socket: Duplex,
  first: Buffer,
  arrived: (message: Buffer) => void,
  ended: (words: string) => void,
): void {
  const cut = frameCutter(parseFrame, ({ opcode, data }) => {
    if (opcode === OPCODE.ping) socket.write(encodeFrame({ opcode: OPCODE.pong, data }, true));
    else if (opcode === OPCODE.close) ended(`the peer closed the WebSocket (${closeCode(data)})`);
    else if (opcode !== OPCODE.pong) arrived(data);
  });
  const take = (chunk: Buffer) => {
    try {
      cut(chunk);
    } catch (error) {
      ended(`no WebSocket frame (${(error as Error).message})`);
    }
  };
  socket.on('data', take);
  if (first.length > 0) take(first);
}

function closeCode(data: Buffer): string {
  return data.length < 2 ? 'no code' : `${data.readUInt16BE(0)} ${data.subarray(2).toString('utf8')}`.trim();
}

/** The answer to an upgrade that was not taken: a 2xx is no more right than a 4xx. */
function refused(status: number, headers: Record<string, unknown>, body: string): CallResult {
  const answer = httpAnswer(status, headers, body);
  if (answer.outcome !== 'ok') return answer;
  return { outcome: 'wrong-target', detail: `HTTP ${status} instead of an upgrade to WebSocket` };
}
