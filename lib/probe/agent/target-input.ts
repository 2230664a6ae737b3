import { AGENT_LIMITS } from '../wire.ts';
import { areTexts, isFlag, isHost, isHttpUrl, isText, isWhole, need } from './input.ts';

type Given = Record<string, unknown>;

/** Longest silence on a connection: the longest deadline of a plan. */
const PAUSE_LIMIT_MS = 60_000;
/** Names and values of headers (RFC 9110 §5): no control characters, so that nobody adds a header of his own. */
const HEADER_NAME = /^[a-z0-9!#$%&'*+.^_`|~-]{1,64}$/;
const HEADER_VALUE = /^[\t\x20-\x7e]{0,4096}$/;
const TLS_VERSIONS = /^TLSv1(\.[123])?$/;
const PEM = /^-----BEGIN [A-Z ]+-----[\s\S]{1,32768}$/;

export function checkHttp(given: Given): void {
  const { connection, method, headers } = given;
  need(isHttpUrl(given['url']), 'target.url: an http:// URL');
  need(connection === 'fresh' || connection === 'pooled', 'target.connection: fresh or pooled');
  need(method === undefined || isText(method, /^[A-Z]{1,16}$/), 'target.method: an HTTP method');
  need(headers === undefined || areHeaders(headers), 'target.headers: values by name in lower case');
  need(areTexts(given['report'], HEADER_NAME), 'target.report: header names in lower case');
  checkBytes(given, 'bodyBytes');
  checkBytes(given, 'replyBytes');
}

export function checkMessages(given: Given): void {
  const { messages } = AGENT_LIMITS;
  need(isWhole(given['messages'], 1, messages), `target.messages: 1 to ${messages}`);
  checkBytes(given, 'bodyBytes');
  checkPause(given, 'gapMs');
}

export function checkTls(given: Given): void {
  const { serverName, clientCertificate: shown, ciphers } = given;
  need(serverName === undefined || isHost(serverName), 'target.serverName: a name');
  need(areTexts(given['alpn'], /^[\x21-\x7e]{1,255}$/), 'target.alpn: protocol names');
  need(isFlag(given['request']), 'target.request: true or false');
  for (const field of ['minVersion', 'maxVersion']) {
    const known = given[field] === undefined || isText(given[field], TLS_VERSIONS);
    need(known, `target.${field}: TLSv1, TLSv1.1, TLSv1.2 or TLSv1.3`);
  }
  need(
    ciphers === undefined || isText(ciphers, /^[\w:!+@=-]{1,1024}$/),
    'target.ciphers: an OpenSSL cipher list',
  );
  need(shown === undefined || isCertificate(shown), 'target.clientCertificate: certificate and key, PEM');
}

/** A number of bytes within the agent's limit, or left out. */
export function checkBytes(given: Given, field: string): void {
  const { bodyBytes: most } = AGENT_LIMITS;
  need(given[field] === undefined || isWhole(given[field], 0, most), `target.${field}: at most ${most}`);
}

/** A pause in milliseconds, or left out. */
export function checkPause(given: Given, field: string): void {
  const pause = given[field];
  need(
    pause === undefined || isWhole(pause, 0, PAUSE_LIMIT_MS),
    `target.${field}: at most ${PAUSE_LIMIT_MS}`,
  );
}

function areHeaders(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).every(([name, text]) => HEADER_NAME.test(name) && isText(text, HEADER_VALUE));
}

function isCertificate(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { certificate, key } = value as { certificate?: unknown; key?: unknown };
  return isText(certificate, PEM) && isText(key, PEM);
}
