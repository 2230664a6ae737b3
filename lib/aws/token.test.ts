import { expect, test } from '@playwright/test';
import { eksToken, execCredential } from './token.ts';

test.beforeEach(() => {
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
    AWS_SESSION_TOKEN: 'a-session/token+of=it',
  });
});
test.afterEach(() => {
  delete process.env['AWS_SESSION_TOKEN'];
});

const place = { account: { name: 'default', deny: [] }, region: 'eu-central-1' };
const now = new Date('2026-11-22T21:00:00Z');

/** What the request in a token says, its signature included. */
function request(token: string): { host: string; query: Record<string, string> } {
  const url = new URL(Buffer.from(token.replace('k8s-aws-v1.', ''), 'base64url').toString());
  return { host: url.host, query: Object.fromEntries(url.searchParams) };
}

test('a token is the request that botocore signs for the same cluster, time and credentials', async () => {
  const { token, expires } = await eksToken(place, 'shop', now);
  expect(token).not.toMatch(/=$/);
  // Of botocore 1.44.5: RequestSigner.generate_presigned_url with x-k8s-aws-id, as `aws eks get-token` calls it.
  expect(request(token)).toEqual({
    host: 'sts.eu-central-1.amazonaws.com',
    query: {
      Action: 'GetCallerIdentity',
      Version: '2011-06-15',
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': 'AKIDEXAMPLE/20261122/eu-central-1/sts/aws4_request',
      'X-Amz-Date': '20261122T210000Z',
      'X-Amz-Expires': '60',
      'X-Amz-SignedHeaders': 'host;x-k8s-aws-id',
      'X-Amz-Security-Token': 'a-session/token+of=it',
      'X-Amz-Signature': '546eef5929ae9fa670373a895543ee3b3877091c70717994d7bdc8024e91b8a2',
    },
  });
  expect(expires.toISOString()).toBe('2026-11-22T21:14:00.000Z');
});

test('a token of another cluster has another signature', async () => {
  const [one, other] = [await eksToken(place, 'shop', now), await eksToken(place, 'bank', now)];
  expect(request(one.token).query['X-Amz-Signature']).not.toBe(request(other.token).query['X-Amz-Signature']);
});

test('kubectl is given the token, and when to ask again', () => {
  expect(
    JSON.parse(execCredential({ token: 'k8s-aws-v1.x', expires: new Date('2026-11-22T21:14:00.123Z') })),
  ).toEqual({
    apiVersion: 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    status: { token: 'k8s-aws-v1.x', expirationTimestamp: '2026-11-22T21:14:00Z' },
  });
});
