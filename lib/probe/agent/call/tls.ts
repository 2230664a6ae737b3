import type { X509Certificate } from 'node:crypto';
import { DEFAULT_CIPHERS, type ConnectionOptions, type TLSSocket, connect } from 'node:tls';
import { type LookupFunction, isIP } from 'node:net';
import type { CallTarget } from '../../../model/call-plan.ts';
import type { CertificateSeen } from '../../../model/observation.ts';
import type { Resolver } from '../dns/resolver.ts';
import type { Call } from './caller.ts';
import { armDeadline } from './deadline.ts';
import { type CallResult, type Phase, codeOf, deadlinePassed, failure } from './outcome.ts';
import { judgeHttp } from './tcp.ts';

type TlsTarget = Extract<CallTarget, { protocol: 'tls' }>;

/**
 * In TLS 1.3 a client is done before the server has judged the client's (missing) certificate; the alert comes a
 * round trip later. So long is waited for it: more than the round trip between any two regions in use.
 */
const SETTLE_MS = 400;

/**
 * TLS handshake, with a client certificate when one is given. `ok` when the server kept the connection or, with
 * `request`, when an echo came back; `tls` when it refused the handshake (`detail` is the alert in RFC 8446's words, `unknown
 * ca`; what this side found wrong starts with `here:`); `plaintext` when it answered in something that is no TLS. The
 * chain that the server showed is there whenever it came, also after a refusal.
 */
export function tlsCaller(target: TlsTarget, resolver: Resolver): Call {
  return { send: (deadlineAt) => handshake(target, resolver, deadlineAt), close: () => {} };
}

function handshake(target: TlsTarget, resolver: Resolver, deadlineAt: number): Promise<CallResult> {
  return new Promise((resolve) => {
    let phase: Phase = 'connecting';
    let settle: NodeJS.Timeout | undefined;
    let text = '';
    const seen: Pick<CallResult, 'chain' | 'tls'> = {};
    const lookup = resolver.lookup((busy) => {
      phase = busy ? 'lookup' : 'connecting';
    }, deadlineAt);
    let socket: TLSSocket;
    try {
      socket = connect(connectionOptions(target, lookup));
    } catch (error) {
      // A certificate, key or cipher list that OpenSSL does not take: nothing was sent.
      resolve({ outcome: 'tls', detail: `here: ${(error as Error).message}`, agentFault: true });
      return;
    }
    const kept = (): CallResult => ({ outcome: 'ok', detail: protocolOf(socket) });
    const disarm = armDeadline(deadlineAt, () => {
      finish(seen.tls && !target.request ? kept() : deadlinePassed(phase));
    });
    function finish(result: CallResult): void {
      disarm();
      clearTimeout(settle);
      look();
      resolve({ ...result, ...seen });
      socket.destroy();
    }
    function look(): void {
      if (seen.chain) return;
      const chain = chainOf(socket);
      if (chain.length > 0) seen.chain = chain;
    }
    socket.on('connect', () => (phase = 'connected'));
    socket.on('secureConnect', () => {
      seen.tls = { version: socket.getProtocol() ?? '', cipher: socket.getCipher().name };
      look();
      // In one piece with the end of the handshake: written later it could meet a closed connection and lose the alert.
      if (target.request) socket.write(requestTo(target));
      else settle = setTimeout(() => finish(kept()), SETTLE_MS);
    });
    socket.on('data', (chunk) => {
      if (!target.request) return finish(kept());
      text += String(chunk);
    });
    socket.on('error', (error) => finish(tlsFailure(error, phase)));
    socket.on('end', () => {
      if (text !== '') return finish(judgeHttp(text));
      finish({ outcome: 'reset', detail: `closed ${seen.tls ? 'after' : 'in'} the handshake (FIN)` });
    });
  });
}

function requestTo(target: TlsTarget): string {
  const host = target.serverName ?? target.host.replace(/\.$/, '');
  return `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
}

function connectionOptions(target: TlsTarget, lookup: LookupFunction): ConnectionOptions {
  const { clientCertificate: shown, minVersion, maxVersion, alpn } = target;
  // The types of node:tls leave out what it passes on to node:net.
  const dial: object = { host: target.host, port: target.port, lookup, autoSelectFamily: false };
  const ciphers = target.ciphers ?? (isLegacy(target) ? DEFAULT_CIPHERS : undefined);
  return {
    ...dial,
    // The point is to see any chain; whether it is right is judged by whoever reads the recording.
    rejectUnauthorized: false,
    ...serverName(target),
    ...(alpn ? { ALPNProtocols: alpn } : {}),
    ...(shown ? { cert: shown.certificate, key: shown.key } : {}),
    ...(minVersion ? { minVersion } : {}),
    ...(maxVersion ? { maxVersion } : {}),
    // OpenSSL 3 offers what came before TLS 1.2 only at security level 0 (its migration guide).
    ...(ciphers === undefined ? {} : { ciphers: isLegacy(target) ? `${ciphers}:@SECLEVEL=0` : ciphers }),
  };
}

function isLegacy({ minVersion, maxVersion }: TlsTarget): boolean {
  return [minVersion, maxVersion].some((version) => version === 'TLSv1' || version === 'TLSv1.1');
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
  if (code.startsWith('ERR_SSL')) {
    const alert = /\balert (.+)$/.exec(reason ?? '')?.[1];
    return { outcome: 'tls', detail: alert ?? `here: ${reason ?? code}` };
  }
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
