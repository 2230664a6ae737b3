import { setTimeout as delay } from 'node:timers/promises';
import { payload } from '../payload.ts';
import type { CallResult } from './outcome.ts';

/** Body of a message when the plan names no size. */
const DEFAULT_BYTES = 16;

/** What a stream of echoed messages consists of; see the call plan. */
interface Script {
  messages: number;
  bodyBytes?: number;
  gapMs?: number;
}

/** Messages of one stream, each sent when the one before has come back. */
interface Conversation {
  /** Hands in what has arrived. */
  arrived(message: Buffer): void;
  /** Sends all and waits for each echo; gives `corrupt` when one differs, undefined when all are right. */
  run(send: (message: Buffer) => void): Promise<CallResult | undefined>;
  /** How far it got, for any outcome. */
  progress(): Pick<CallResult, 'messages' | 'bytes'>;
  /** "2 of 5 messages came back". */
  words(): string;
  /** Ends a wait: the connection is gone. */
  stop(): void;
}

export function conversation({ messages, bodyBytes = DEFAULT_BYTES, gapMs = 0 }: Script): Conversation {
  const message = Buffer.concat([...payload(bodyBytes)]);
  const stopped = new AbortController();
  const inbox: Buffer[] = [];
  let wake = () => {};
  let done = 0;
  let bytes = 0;
  const words = () => `${done} of ${messages} messages came back`;
  const next = async (): Promise<Buffer> => {
    while (inbox.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    return inbox.shift() ?? Buffer.alloc(0);
  };
  return {
    arrived(received) {
      inbox.push(received);
      wake();
    },
    async run(send) {
      for (let index = 0; index < messages; index++) {
        if (index > 0 && gapMs > 0) await delay(gapMs, undefined, { signal: stopped.signal });
        send(message);
        const back = await next();
        if (!back.equals(message)) return corrupt(index, message, back);
        done++;
        bytes += back.length;
      }
      return undefined;
    },
    progress: () => ({ messages: done, bytes }),
    words,
    stop: () => stopped.abort(),
  };
}

function corrupt(index: number, sent: Buffer, back: Buffer): CallResult {
  const how = sent.length === back.length ? 'changed' : `with ${back.length} bytes`;
  return { outcome: 'corrupt', detail: `message ${index + 1} of ${sent.length} bytes came back ${how}` };
}
