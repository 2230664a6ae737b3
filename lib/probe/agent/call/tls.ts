import type { X509Certificate } from 'node:crypto';
import { type TLSSocket, connect } from 'node:tls';
import { isIP } from 'node:net';
import type { CallTarget } from '../../../model/call-plan.ts';
import type { CertificateSeen } from '../../../model/observation.ts';
import type { Resolver } from '../dns/resolver.ts';
import type { Call } from './caller.ts';
import { armDeadline } from './deadline.ts';
import { type CallResult, type Phase, codeOf, deadlinePassed, failure } from './outcome.ts';

type TlsTarget = Extract<CallTarget, { protocol: 'tls' }>;

/**
 * In TLS 1.3 a client is done before the server has judged the client's (missing) certificate; the alert comes a
 * round trip later. So long is waited for it: more than the round trip between any two regions in use.
 */
const SETTLE_MS = 400;

/**
 * TLS handshake with no client certificate. `ok` when the server kept the connection; `tls` when it refused the
 * handshake (`detail` has the alert); `plaintext` when it answered in something that is no TLS. The chain that the
 * server showed is there whenever it came, also after a refusal.
 */
export function tlsCaller(target: TlsTarget, resolver: Resolver): Call {
  return { send: (deadlineAt) => handshake(target, resolver, deadlineAt), close: () => {} };
}

function handshake(target: TlsTarget, resolver: Resolver, deadlineAt: number): Promise<CallResult> {
  return new Promise((resolve) => {
    let phase: Phase = 'connecting';
    let secured = false;
    let settle: NodeJS.Timeout | undefined;
    const lookup = resolver.lookup((busy) => {
      phase = busy ? 'lookup' : 'connecting';
    }, deadlineAt);
    // The types of node:tls leave out what it passes on to node:net.
    const dial: object = { host: target.host, port: target.port, lookup, autoSelectFamily: false };
    const socket = connect({
      ...dial,
      // The point is to see any chain; whether it is right is judged by whoever reads the recording.
      rejectUnauthorized: false,
      ...serverName(target),
      ...(target.alpn ? { ALPNProtocols: target.alpn } : {}),
    });
    const disarm = armDeadline(deadlineAt, () => {
      finish(secured ? { outcome: 'ok', detail: protocolOf(socket) } : deadlinePassed(phase));
    });
    let seen: CertificateSeen[] = [];
    function finish(result: CallResult): void {
      disarm();
      clearTimeout(settle);
      if (seen.length === 0) seen = chainOf(socket);
      resolve(seen.length > 0 ? { ...result, chain: seen } : result);
      socket.destroy();
    }
    socket.on('connect', () => (phase = 'connected'));
    socket.on('secureConnect', () => {
      secured = true;
      seen = chainOf(socket);
      settle = setTimeout(() => finish({ outcome: 'ok', detail: protocolOf(socket) }), SETTLE_MS);
    });
    socket.on('data', () => finish({ outcome: 'ok', detail: protocolOf(socket) }));
    socket.on('error', (error) => finish(tlsFailure(error, phase)));
    socket.on('end', () => {
      finish({ outcome: 'reset', detail: `closed ${secured ? 'after' : 'in'} the handshake (FIN)` });
    });
  });
}

/** Server Name Indication must not be an address (RFC 6066 §3). */
function serverName(target: TlsTarget): { servername?: string } {
  const name = target.serverName ?? (isIP(target.host) ? undefined : target.host.replace(/\.$/, ''));
  return name === undefined ? {} : { servername: name };
}

/** OpenSSL's words for an answer that does not start with a TLS record. */
const NOT_TLS = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_HTTP_REQUEST',
]);

function tlsFailure(error: Error, phase: Phase): CallResult {
  const code = codeOf(error);
  const reason = (error as { reason?: string }).reason;
  if (NOT_TLS.has(code)) return { outcome: 'plaintext', detail: `${code}: the answer is no TLS` };
  if (code.startsWith('ERR_SSL')) return { outcome: 'tls', detail: reason ? `${code}: ${reason}` : code };
  return failure(error, phase);
}

function protocolOf(socket: TLSSocket): string {
  const alpn = typeof socket.alpnProtocol === 'string' ? ` alpn=${socket.alpnProtocol}` : '';
  return `${socket.getProtocol() ?? 'TLS'}${alpn}`;
}

/** The chain as the server sent it, leaf first; empty before it came. */
function chainOf(socket: TLSSocket): CertificateSeen[] {
  const chain: CertificateSeen[] = [];
  let certificate: X509Certificate | undefined = leafOf(socket);
  const prints = new Set<string>();
  while (certificate && !prints.has(certificate.fingerprint256)) {
    prints.add(certificate.fingerprint256);
    chain.push(describe(certificate));
    certificate = certificate.issuerCertificate;
  }
  return chain;
}

function leafOf(socket: TLSSocket): X509Certificate | undefined {
  try {
    return socket.getPeerX509Certificate();
  } catch {
    return undefined;
  }
}

function describe(certificate: X509Certificate): CertificateSeen {
  const uris = (certificate.subjectAltName ?? '')
    .split(/,\s*/)
    .filter((name) => name.startsWith('URI:'))
    .map((name) => name.slice(4));
  return {
    subject: certificate.subject ?? '',
    issuer: certificate.issuer ?? '',
    uris,
    notBefore: Date.parse(certificate.validFrom),
    notAfter: Date.parse(certificate.validTo),
    pem: certificate.toString(),
  };
}
