import { Readable } from 'node:stream';
import type { HttpCall } from '../../../model/call-plan.ts';
import { type Digest, REPLY_BYTES_HEADER } from '../../wire.ts';
import { digester, payload, payloadDigest, whyCorrupt } from '../payload.ts';
import { httpAnswer } from './http-answer.ts';
import { type CallResult, parseEcho } from './outcome.ts';

/** An answer's first part is kept for its words; longer ones are only counted and hashed. */
const HEAD_LIMIT = 64 * 1024;

/** What an HTTP call sends and expects, worked out once for all calls of a plan. */
export interface HttpExchange {
  method: string;
  headers: Record<string, string>;
  /** The body to send; undefined when there is none. */
  body(): Readable | undefined;
  /** Judges a complete answer. */
  judge(status: number, headers: Record<string, unknown>, reply: Reply): CallResult;
}

/** An answer's body: its beginning, and the digest of what follows the first line. */
interface Reply {
  head: string;
  afterLine: Digest;
}

export function httpExchange(call: HttpCall): HttpExchange {
  const { bodyBytes = 0, replyBytes = 0 } = call;
  const sent = bodyBytes > 0 ? payloadDigest(bodyBytes) : undefined;
  const asked = replyBytes > 0 ? payloadDigest(replyBytes) : undefined;
  return {
    method: call.method ?? (sent ? 'POST' : 'GET'),
    headers: {
      'user-agent': 'meshproof-agent',
      ...(sent ? { 'content-length': String(bodyBytes), 'content-type': 'application/octet-stream' } : {}),
      ...(asked ? { [REPLY_BYTES_HEADER]: String(replyBytes) } : {}),
      ...call.headers,
    },
    body: () => (sent ? Readable.from(payload(bodyBytes)) : undefined),
    judge: (status, headers, { head, afterLine }) => {
      const text = asked && status < 300 ? head.slice(0, head.indexOf('\n')) : head;
      const answer = httpAnswer(status, headers, text);
      if (answer.outcome !== 'ok') return answer;
      const echo = parseEcho(text);
      const why =
        (sent && whyCorrupt('request body', sent, echo?.received)) ??
        (asked && whyCorrupt('reply body', asked, afterLine));
      return {
        ...answer,
        ...(asked ? { bytes: afterLine.bytes } : {}),
        ...(call.report ? { headersSeen: pick(echo?.headers ?? {}, call.report) } : {}),
        ...(why === undefined ? {} : { outcome: 'corrupt', detail: why }),
      };
    },
  };
}

/** Reads an answer to its end; rejects when it breaks off. */
export async function readReply(response: Readable): Promise<Reply> {
  const digest = digester();
  const kept: Buffer[] = [];
  let keptBytes = 0;
  let lineOver = false;
  for await (const piece of response) {
    const chunk = piece as Buffer;
    if (keptBytes < HEAD_LIMIT) {
      kept.push(chunk.subarray(0, HEAD_LIMIT - keptBytes));
      keptBytes += chunk.length;
    }
    const end: number = lineOver ? -1 : chunk.indexOf(0x0a);
    if (lineOver || end >= 0) digest.add(chunk.subarray(end + 1));
    lineOver ||= end >= 0;
  }
  return { head: Buffer.concat(kept).toString('utf8'), afterLine: digest.end() };
}

function pick(headers: Record<string, string>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])),
  );
}
