import grpc from 'k6/net/grpc';
import { b64decode } from 'k6/encoding';
import { whyWrong } from './http.ts';
import type { Arm, Outcome, ScriptPlan } from './plan.ts';
import { now } from './clock.ts';

const ECHO_HEADER = 'x-meshproof-echo';
const MESSAGE = { text: 'meshproof' };

/** Clients must read the service's definition before the load begins. */
export interface GrpcCaller {
  call(plan: ScriptPlan, fresh: boolean): Outcome;
}

/** Unary calls of an agent's echo over HTTP/2 in clear, as workloads leave encryption to their mesh. */
export function grpcCaller(arm: Arm): GrpcCaller {
  const clients = { pooled: newClient(), fresh: newClient() };
  let connected = false;
  return {
    call({ timeoutSeconds }, fresh) {
      const client = fresh ? clients.fresh : clients.pooled;
      const timeout = `${timeoutSeconds}s`;
      const began = now();
      let sent = began;
      let opened = {};
      try {
        if (fresh || !connected) {
          client.connect(`${arm.host}:${arm.port}`, { plaintext: true, timeout });
          opened = { connectMs: now() - began };
          connected ||= !fresh;
          if (!fresh) sent = now();
        }
        const answer = client.invoke('meshproof.Echo/Unary', MESSAGE, { timeout }) as Answer;
        const latencyMs = now() - sent;
        const failure = whyFailed(answer, arm);
        return { ...(failure === undefined ? {} : { failure }), latencyMs, ...opened };
      } catch (error) {
        return { failure: String(error), latencyMs: now() - sent };
      } finally {
        if (fresh) client.close();
      }
    },
  };
}

interface Answer {
  status: number;
  message?: { text?: string } | null;
  headers?: Record<string, string[] | undefined>;
  error?: { message?: string } | null;
}

function newClient() {
  const client = new grpc.Client();
  client.load([], 'echo.proto');
  return client;
}

function whyFailed({ status, message, headers, error }: Answer, arm: Arm): string | undefined {
  if (status !== grpc.StatusOK) return `grpc-status ${status}: ${error?.message ?? ''}`;
  if (message?.text !== MESSAGE.text) return 'the echo is not what was sent';
  const [echo] = headers?.[ECHO_HEADER] ?? [];
  return whyWrong(echo === undefined ? undefined : b64decode(echo, 'rawurl', 's'), arm);
}
