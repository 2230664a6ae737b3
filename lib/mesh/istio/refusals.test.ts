import { expect, test } from '@playwright/test';
import { refusalsIn } from './refusals.ts';

const service = { name: 'shift', namespace: 'shop' };

/** Shortened from a proxy's own line (Istio 1.31, Envoy 1.39), seen while one cluster's identity was not yet expected. */
const line = (changes: Record<string, unknown> = {}) =>
  JSON.stringify({
    authority: 'shift.shop.svc.cluster.local:8080',
    response_code: 503,
    upstream_cluster: 'outbound|8080||shift.shop.svc.cluster.local',
    upstream_host: '10.20.1.10:8080',
    upstream_transport_failure_reason:
      'TLS_error:|268435581:SSL_routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:verify_cert_failed:_SAN_matcher,_certificate_SANs_are_[spiffe://cluster.local/ns/shop/sa/ledger]:TLS_error_end',
    ...changes,
  });

test('a certificate of another name is told from other reasons, and each reason is counted', () => {
  const expired = line({
    upstream_transport_failure_reason:
      'TLS_error:|268435581:SSL_routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:verify_cert_failed:_certificate_has_expired:TLS_error_end',
  });
  expect(refusalsIn([expired, line(), line(), 'Envoy starts'].join('\n'), service)).toEqual([
    '10.20.1.10:8080: its identity is spiffe://cluster.local/ns/shop/sa/ledger, which the proxy was not told to expect (2 calls)',
    '10.20.1.10:8080: 268435581:SSL routines:OPENSSL internal:CERTIFICATE VERIFY FAILED:verify cert failed: certificate has expired: (1 calls)',
  ]);
});

test('an endpoint that did not take the connection was not turned away', () => {
  // Seen while a killed node came back.
  const nobody = line({ upstream_transport_failure_reason: 'delayed_connect_error:_Connection_refused' });
  const reset = line({
    upstream_transport_failure_reason:
      'TLS_error:|33554536:system_library:OPENSSL_internal:Connection_reset_by_peer:TLS_error_end',
  });
  expect(refusalsIn([nobody, reset].join('\n'), service)).toEqual([]);
});

test('calls of others, and calls that were connected, give no reason', () => {
  const others = line({ upstream_cluster: 'outbound|8080||shift.other.svc.cluster.local' });
  const fine = line({ response_code: 200, upstream_transport_failure_reason: null });
  expect(refusalsIn([others, fine, '{ broken'].join('\n'), service)).toEqual([]);
});
