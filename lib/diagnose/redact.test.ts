import { expect, test } from '@playwright/test';
import { redact, redactText } from './redact.ts';

const TOKEN = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzYS1jYXJ0In0.c2lnbmF0dXJlLXNpZ25hdHVyZQ';
const KEY = '-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7\nabc\n-----END RSA PRIVATE KEY-----';

for (const [what, text, secret] of [
  ['a bearer token', `authorization: Bearer ${TOKEN}`, TOKEN],
  ['a token by itself', `sent ${TOKEN} to the API`, 'eyJzdWIi'],
  [
    'an authorization header in a JSON log line',
    '{"authorization":"Basic dXNlcjpwYXNzd29yZA==","path":"/"}',
    'dXNlcjpw',
  ],
  ['a cookie', 'cookie: session=0123456789abcdef; theme=dark\nhost: payments', '0123456789abcdef'],
  ['a private key', `key:\n${KEY}\nend`, 'MIIEpAIBAAKCAQEA7'],
  ['a private key that a log cut short', `key:\n${KEY.slice(0, 60)}`, 'MIIEpAIBAAKCAQEA7'],
  [
    'a private key whose beginning is not in the log any more',
    KEY.slice(KEY.indexOf('\n') + 1),
    'MIIEpAIBAAKCAQEA7',
  ],
  ['a private key in one line', JSON.stringify({ pem: KEY }), 'MIIEpAIBAAKCAQEA7'],
  [
    'the key of a kubeconfig',
    'users:\n- user:\n    client-key-data: LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpNSUlFcEFJQkFBS0NBUUVB\n',
    'LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQ',
  ],
  ['a password in a setting', 'db_password=hunter2hunter2 port=5432', 'hunter2'],
  ['an AWS key', 'AKIAIOSFODNN7EXAMPLE was used', 'IOSFODNN7'],
] as const) {
  test(`${what} is taken out`, () => {
    expect(redactText(text)).not.toContain(secret);
    expect(redactText(text)).toContain('[redacted]');
    expect(redactText(redactText(text))).toBe(redactText(text));
  });
}

test('what surrounds a secret stays readable', () => {
  expect(redactText('cookie: session=0123456789abcdef\nhost: payments')).toContain('host: payments');
  expect(redactText('{"authorization":"Bearer abcdefgh12345678","path":"/x"}')).toContain('"path":"/x"');
});

test('the values of a Secret go and the names of its keys stay', () => {
  const secret = {
    kind: 'Secret',
    metadata: { name: 'cacerts' },
    data: { 'ca-key.pem': 'c2VjcmV0', 'root-cert.pem': 'cHVi' },
  };
  expect(redact({ items: [secret] })).toEqual({
    items: [{ ...secret, data: { 'ca-key.pem': '[redacted]', 'root-cert.pem': '[redacted]' } }],
  });
});

test('a value under a telling key goes, wherever it is', () => {
  expect(redact({ env: { API_TOKEN: 'abc', name: 'cart' }, list: [{ password: 'x' }] })).toEqual({
    env: { API_TOKEN: '[redacted]', name: 'cart' },
    list: [{ password: '[redacted]' }],
  });
});

test('ordinary text, certificates and identities are left alone', () => {
  const plain =
    'By=spiffe://cluster.local/ns/meshproof-mesh/sa/payments;Hash=ecc79;Subject="";URI=spiffe://cluster.local/ns/x/sa/cart\n' +
    '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\nwest: endpoints are missing, token expired, secret istio-remote-secret-west';
  expect(redactText(plain)).toBe(plain);
});
