import { clearTimeout, setTimeout } from 'k6/timers';
import { WebSocket } from 'k6/websockets';
import { now } from './clock.ts';
import type { Arm, Outcome, ScriptPlan } from './plan.ts';

/**
 * Opens a WebSocket, sends one message and waits for its echo. The latency is the message's round trip; opening is told
 * apart. An iteration of k6 ends when nothing is open any more, so each call has a connection of its own.
 */
export function webSocketCall(arm: Arm, plan: ScriptPlan, done: (outcome: Outcome) => void): void {
  const message = `meshproof ${now()}`;
  const startedAt = now();
  let openedAt: number | undefined;
  let told = false;
  const tell = (failure?: string) => {
    if (told) return;
    told = true;
    clearTimeout(limit);
    done({
      ...(failure === undefined ? {} : { failure }),
      latencyMs: now() - (openedAt ?? startedAt),
      ...(openedAt === undefined ? {} : { connectMs: openedAt - startedAt }),
    });
  };
  const socket = new WebSocket(`ws://${arm.host}:${arm.port}/`);
  const limit = setTimeout(() => {
    tell(openedAt === undefined ? 'not open in time' : 'no echo in time');
    socket.close();
  }, plan.timeoutSeconds * 1000);
  socket.addEventListener('open', () => {
    openedAt = now();
    socket.send(message);
  });
  socket.addEventListener('message', (event) => {
    tell('data' in event && event.data === message ? undefined : 'the echo is not what was sent');
    socket.close();
  });
  socket.addEventListener('error', (event) => tell('error' in event ? event.error : 'error'));
  socket.addEventListener('close', () => tell('closed without an echo'));
}
