import { expect, test } from '@playwright/test';
import { readLostLine } from './lost-lines.ts';

/** Shortened from a proxy's own line (Istio 1.31, Envoy 1.39). */
const line = (changes: Record<string, unknown> = {}) =>
  JSON.stringify({
    authority: 'ledger.shop:8080',
    downstream_local_address: '10.96.1.2:8080',
    duration: 12,
    request_id: 'r1',
    response_code: 503,
    response_code_details: 'upstream_reset_before_response_started{connection_termination}',
    response_flags: 'UC',
    start_time: '2026-03-10T12:00:00.123Z',
    upstream_cluster: 'outbound|8080||ledger.shop.svc.cluster.local',
    upstream_host: '10.10.1.5:8080',
    upstream_transport_failure_reason: null,
    ...changes,
  });

test('a lost call is read with its times, its side and what happened', () => {
  expect(readLostLine(line())).toEqual({
    startedAt: Date.parse('2026-03-10T12:00:00.123Z'),
    endedAt: Date.parse('2026-03-10T12:00:00.135Z'),
    side: 'client',
    requestId: 'r1',
    service: 'ledger.shop.svc.cluster.local',
    port: 8080,
    upstream: '10.10.1.5:8080',
    code: 'UC',
    kind: 'connection',
    words: 'the connection ended before an answer',
  });
  expect(readLostLine(line({ downstream_local_address: null }))).toMatchObject({ port: 0 });
  expect(readLostLine(line({ upstream_cluster: 'inbound|8080||' }))).toMatchObject({
    side: 'server',
    service: 'ledger.shop',
  });
});

test('calls that went well, and what else a proxy prints, are passed over', () => {
  expect(readLostLine(line({ response_code: 200, response_flags: '-' }))).toBeUndefined();
  expect(readLostLine(line({ response_code: 404, response_flags: '-' }))).toBeUndefined();
  expect(readLostLine('2026-03-10T12:00:00Z info Envoy proxy is ready')).toBeUndefined();
  expect(readLostLine('{ broken')).toBeUndefined();
  expect(readLostLine(line({ start_time: undefined }))).toBeUndefined();
});

for (const [flags, kind, code] of [
  ['UF', 'connection', 'UF'],
  ['UF,URX', 'connection', 'UF'],
  ['UH', 'no-endpoint', 'UH'],
  ['NR', 'no-configuration', 'NR'],
  ['NC', 'no-configuration', 'NC'],
  ['UT', 'time', 'UT'],
  ['DC', 'caller', 'DC'],
  ['UO', 'limit', 'UO'],
  ['XX', 'connection', 'XX'],
] as const)
  test(`${flags} is ${kind}`, () => {
    expect(readLostLine(line({ response_flags: flags }))).toMatchObject({ kind, code });
  });

test('an error that the other side answered with has no flag of its own', () => {
  expect(readLostLine(line({ response_flags: '-' }))).toMatchObject({ kind: 'passed-on', code: '' });
});

test('a certificate that was turned away is told from a connection that nobody took', () => {
  const refused =
    'TLS_error:|268435581:SSL_routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:TLS_error_end';
  const read = (reason: string) =>
    readLostLine(line({ response_flags: 'UF', upstream_transport_failure_reason: reason }));
  expect(read(refused)).toMatchObject({ kind: 'certificate' });
  expect(read('delayed_connect_error:_Connection_refused')).toMatchObject({
    kind: 'connection',
    words: 'the connection was not taken: delayed connect error: Connection refused',
  });
});

test('a connection without requests has a line at the caller’s proxy, whoever closed it', () => {
  const tcp = {
    protocol: null,
    response_code: 0,
    response_flags: '-',
    authority: null,
    upstream_cluster: 'outbound|9090||ledger.shop.svc.cluster.local',
  };
  expect(readLostLine(line(tcp))).toMatchObject({
    service: 'ledger.shop.svc.cluster.local',
    code: '',
    kind: 'connection',
    words: 'the connection was closed',
  });
  expect(readLostLine(line({ ...tcp, upstream_cluster: 'inbound|9090||' })), 'the server’s').toBeUndefined();
  expect(readLostLine(line({ ...tcp, protocol: 'HTTP/1.1' })), 'a request').toBeUndefined();
});
