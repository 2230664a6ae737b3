import type { Echo } from '../../wire.ts';
import { type CallResult, parseEcho } from './outcome.ts';

/** Names of header and identity as Envoy sends them on. */
const CLIENT_CERT = 'x-forwarded-client-cert';

/** Classifies a complete HTTP answer; `headers` with names in lower case. */
export function httpAnswer(status: number, headers: Record<string, unknown>, body: string): CallResult {
  if (status >= 500) {
    const flags = responseFlags(headers, body);
    return {
      outcome: 'http-5xx',
      detail: answerDetail(status, body),
      ...(flags ? { responseFlags: flags } : {}),
    };
  }
  if (status >= 400) return { outcome: 'http-4xx', detail: answerDetail(status, body) };
  const echo = status >= 200 && status < 300 ? parseEcho(body) : undefined;
  if (!echo)
    return { outcome: 'wrong-target', detail: `${answerDetail(status, body)} (no echo of an agent)` };
  return okBy(echo, `HTTP ${status}`);
}

/** `ok` with who answered, from an echo in a header; `wrong-target` when it is none. */
export function echoAnswer(header: unknown, detail: string): CallResult {
  const echo = parseEcho(Buffer.from(typeof header === 'string' ? header : '', 'base64url').toString('utf8'));
  return echo ? okBy(echo, detail) : { outcome: 'wrong-target', detail: `${detail} (no echo of an agent)` };
}

function okBy(echo: Echo, detail: string): CallResult {
  const identity = echo.headers?.[CLIENT_CERT];
  return {
    outcome: 'ok',
    detail,
    answeredBy: echo.place,
    ...(identity === undefined ? {} : { identitySeen: identity }),
  };
}

function answerDetail(status: number, body: string): string {
  const words = body.replace(/\s+/g, ' ').trim().slice(0, 200);
  return words ? `HTTP ${status}: ${words}` : `HTTP ${status}`;
}

/**
 * Words of Envoy's local replies and the response flag each stands for (Envoy documentation, "Access logging",
 * %RESPONSE_FLAGS%). Flags themselves are in no header unless the operator adds one.
 */
const ENVOY_WORDS: readonly (readonly [RegExp, string])[] = [
  [/no healthy upstream/, 'UH'],
  [/upstream request timeout/, 'UT'],
  [/reset reason: (remote |local )?connection (failure|timeout)/, 'UF'],
  [/reset reason: connection termination/, 'UC'],
  [/reset reason: remote reset/, 'UR'],
  [/reset reason: local reset/, 'LR'],
  [/reset reason: overflow/, 'UO'],
  [/no cluster/, 'NC'],
];

/** The response flag of a local reply of Envoy, from a header or from its words; undefined for any other answer. */
export function responseFlags(headers: Record<string, unknown>, body: string): string | undefined {
  const given = headers['x-envoy-response-flags'] ?? headers['x-response-flags'];
  if (typeof given === 'string') return given;
  for (const [words, flag] of ENVOY_WORDS) {
    const found = words.exec(body);
    if (found) return `${flag} (${found[0]})`;
  }
  if (headers['x-envoy-overloaded'] !== undefined) return 'UO (x-envoy-overloaded)';
  return undefined;
}
