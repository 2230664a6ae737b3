import { Agent, request } from 'node:http';
import { MeshproofError } from '../support/errors.ts';

/** A way to an agent's control API. It may break and come back; every request opens what it needs. */
export interface Channel {
  /** What is at the other end, for messages. */
  name: string;
  host: string;
  port: number;
  /** What went wrong with it last, in words; empty when unknown. */
  trouble?(): string;
  close(): Promise<void>;
}

/** The channel itself failed, not the agent: the same request may be sent again. */
export class ChannelLost extends Error {}

/** Sends requests over a channel, with kept-alive connections. */
export interface ControlApi {
  /**
   * One request; promises the JSON body. Rejects with {@link ChannelLost} when no complete answer came within
   * `timeoutMs`, and with a MeshproofError when the agent refused.
   */
  send<T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown, timeoutMs?: number): Promise<T>;
  close(): void;
}

const REQUEST_TIMEOUT_MS = 10_000;

/** Opens the control API behind a channel; connects with the first request. */
export function controlApi(channel: Channel): ControlApi {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  return {
    send: async <T>(method: string, path: string, body?: unknown, timeoutMs = REQUEST_TIMEOUT_MS) => {
      const { status, text } = await exchange({ channel, agent, method, path, body, timeoutMs });
      if (status >= 200 && status < 300) return JSON.parse(text) as T;
      throw refused(channel, status, `${method} ${path}`, text);
    },
    close: () => agent.destroy(),
  };
}

interface Exchange {
  channel: Channel;
  agent: Agent;
  method: string;
  path: string;
  body: unknown;
  timeoutMs: number;
}

function exchange(call: Exchange): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const { host, port, name } = call.channel;
    const outgoing = request({ host, port, agent: call.agent, method: call.method, path: call.path });
    const lost = (why: string) => {
      const cause = call.channel.trouble?.();
      const words = cause ? `${why} (${cause})` : why;
      reject(new ChannelLost(`${name}: ${call.method} ${call.path}: ${words}`));
    };
    const timer = setTimeout(() => {
      lost(`no answer within ${call.timeoutMs} ms`);
      outgoing.destroy();
    }, call.timeoutMs);
    outgoing.on('error', (error) => lost(error.message));
    outgoing.on('close', () => clearTimeout(timer));
    outgoing.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => (text += String(chunk)));
      response.on('error', (error) => lost(error.message));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    outgoing.end(call.body === undefined ? undefined : JSON.stringify(call.body));
  });
}

function refused(channel: Channel, status: number, what: string, text: string): MeshproofError {
  const reason = reasonOf(text);
  const facts = { agent: channel.name, status, request: what };
  if (status === 404) {
    const nextStep = 'the agent has started anew and its results are gone: see why its pod restarted';
    return new MeshproofError('environment', `${channel.name}: ${reason}`, { nextStep, facts });
  }
  const kind = status === 400 || status === 409 ? 'bug' : 'environment';
  return new MeshproofError(kind, `${channel.name}: ${what}: ${status} ${reason}`, { facts });
}

function reasonOf(text: string): string {
  try {
    return (JSON.parse(text) as { error?: string }).error ?? text;
  } catch {
    return text.slice(0, 200);
  }
}

/**
 * Repeats an idempotent request while the channel is lost, with pauses of 50 ms up to 2 s, until `untilMs`
 * (Date.now()). Any other error ends it at once.
 */
export async function persistently<T>(send: () => Promise<T>, untilMs: number): Promise<T> {
  for (let pause = 50; ; pause = Math.min(2000, pause * 2)) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof ChannelLost)) throw error;
      if (Date.now() + pause >= untilMs) {
        throw new MeshproofError('environment', `no way to the agent: ${error.message}`, {
          nextStep:
            'see whether its pod runs and whether the cluster API answers; its results are kept until then',
          cause: error,
        });
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}
