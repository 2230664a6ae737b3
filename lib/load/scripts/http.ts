import http, { type RefinedResponse } from 'k6/http';
import type { Arm, Outcome, ScriptPlan } from './plan.ts';

/** A GET of an agent's echo: HTTP/1.1 in clear, or HTTP/2 over TLS, which k6 speaks by ALPN only. */
export function httpCall(arm: Arm, plan: ScriptPlan, fresh: boolean): Outcome {
  const get = (host: string) =>
    http.get(`${arm.protocol === 'http2' ? 'https' : 'http'}://${host}:${arm.port}/`, {
      timeout: `${plan.timeoutSeconds}s`,
      // Asks both ends to open a connection for this call alone.
      headers: fresh ? { Connection: 'close' } : {},
    });
  // Go takes an idle connection of HTTP/1.1 even then, unless the host is spelled in another way. An address has no other:
  // the first call ends the idle connection, and the second has its own.
  let response = get(fresh && arm.protocol === 'http' ? arm.host.toUpperCase() : arm.host);
  if (fresh && response.timings.connecting === 0 && response.status !== 0) response = get(arm.host);
  const { blocked, duration, connecting, tls_handshaking: tls } = response.timings;
  const failure = whyFailed(response, arm);
  return {
    ...(failure === undefined ? {} : { failure }),
    // What k6 calls blocked is all until the connection is there, connecting and TLS included. A call of a kept connection
    // that had to open one tells of that apart.
    latencyMs: fresh || connecting === 0 ? blocked + duration : duration,
    ...(connecting > 0 ? { connectMs: connecting + tls } : {}),
    ...(tls > 0 ? { tlsMs: tls } : {}),
  };
}

function whyFailed({ status, proto, body, error }: RefinedResponse<'text'>, arm: Arm): string | undefined {
  if (status === 0) return error || 'no answer';
  if (status !== 200) return `HTTP ${status}: ${body.slice(0, 80)}`;
  const wanted = arm.protocol === 'http2' ? 'HTTP/2.0' : 'HTTP/1.1';
  if (proto !== wanted) return `answered in ${proto}, not ${wanted}`;
  return whyWrong(body, arm);
}

/** Why an echo is not one of the agent that should answer, in words. */
export function whyWrong(echo: string | null | undefined, { expectCluster }: Arm): string | undefined {
  let cluster: string | undefined;
  try {
    cluster = (JSON.parse(echo ?? '') as { place?: { cluster?: string } }).place?.cluster;
  } catch {
    // Said below.
  }
  if (cluster === undefined) return 'not answered by an agent';
  return expectCluster === undefined || cluster === expectCluster ? undefined : `answered by ${cluster}`;
}
