import { type Socket, createSocket } from 'node:dgram';
import { isIP, isIPv6 } from 'node:net';
import { randomFillSync } from 'node:crypto';
import type { CallTarget } from '../../../model/call-plan.ts';
import type { Place } from '../../../model/observation.ts';
import type { Resolver } from '../dns/resolver.ts';
import { payload } from '../payload.ts';
import type { Call } from './caller.ts';
import { armDeadline } from './deadline.ts';
import { type CallResult, type Phase, codeOf, deadlinePassed, failure, parseEcho } from './outcome.ts';

type UdpTarget = Extract<CallTarget, { protocol: 'udp' }>;

/** First bytes of a datagram that tell it from others. */
const ID_BYTES = 8;

/** One datagram from a socket of its own; `ok` when it came back whole. Sent once, as UDP is. */
export function udpCaller(target: UdpTarget, resolver: Resolver): Call {
  return { send: (deadlineAt) => callOnce(target, resolver, deadlineAt), close: () => {} };
}

function callOnce(target: UdpTarget, resolver: Resolver, deadlineAt: number): Promise<CallResult> {
  return new Promise((resolve) => {
    let phase: Phase = 'lookup';
    let socket: Socket | undefined;
    let place: Place | undefined;
    let back: CallResult | undefined;
    let over = false;
    const disarm = armDeadline(deadlineAt, () => finish(silence()));
    function finish(result: CallResult): void {
      if (over) return;
      over = true;
      disarm();
      socket?.close();
      resolve(place ? { ...result, answeredBy: place } : result);
    }
    function silence(): CallResult {
      if (back) return back;
      if (phase === 'lookup') return deadlinePassed(phase);
      const { bodyBytes } = target;
      const detail = place
        ? `the datagram of ${bodyBytes} bytes arrived, its echo did not`
        : `no answer to a datagram of ${bodyBytes} bytes`;
      return { outcome: 'deadline', detail };
    }
    const sent = datagram(target.bodyBytes);
    if (isIP(target.host)) sendTo(target.host);
    else {
      resolver.lookup(() => {}, deadlineAt)(target.host, {}, (error, address) => {
        if (error) finish(failure(error, 'lookup'));
        else if (typeof address === 'string') sendTo(address);
      });
    }
    function sendTo(address: string): void {
      if (over) return;
      phase = 'connected';
      const opened = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
      socket = opened;
      opened.on('error', (problem) => finish(udpFailure(problem, target.bodyBytes)));
      opened.on('message', (received) => {
        const echo = parseEcho(received.toString('utf8'));
        if (echo && !received.equals(sent)) place = echo.place;
        else back = judge(received, sent);
        if (back && (place || back.outcome !== 'ok')) finish(back);
      });
      opened.connect(target.port, address, () => {
        if (over) return;
        opened.send(sent, (problem) => problem && finish(udpFailure(problem, target.bodyBytes)));
      });
    }
  });
}

function judge(received: Buffer, sent: Buffer): CallResult {
  if (received.equals(sent)) return { outcome: 'ok', bytes: received.length };
  const how = received.length === sent.length ? 'changed' : `with ${received.length} bytes`;
  return { outcome: 'corrupt', detail: `a datagram of ${sent.length} bytes came back ${how}` };
}

function datagram(bytes: number): Buffer {
  const sent = Buffer.concat([...payload(bytes)]);
  randomFillSync(sent, 0, Math.min(ID_BYTES, bytes));
  return sent;
}

/** Too large for UDP or for the interface: the kernel here says so, and nothing was sent. */
function udpFailure(error: unknown, bytes: number): CallResult {
  if (codeOf(error) !== 'EMSGSIZE') return failure(error, 'connected');
  return { outcome: 'refused', detail: `EMSGSIZE: ${bytes} bytes do not leave this host as one datagram` };
}
