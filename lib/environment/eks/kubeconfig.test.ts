import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { parse } from 'yaml';
import { writeKubeconfig } from './kubeconfig.ts';

test('a kubeconfig is for its owner alone, names a user of its own, and holds no secret: Meshproof signs a token when asked', () => {
  const folder = mkdtempSync(join(tmpdir(), 'meshproof-kubeconfig-'));
  const role = 'arn:aws:iam::111122223333:role/meshproof';
  const place = { account: { name: 'main', role, deny: [] }, region: 'eu-central-1' };
  const cluster = {
    cluster: 'east',
    place,
    name: 'meshproof-shop-east',
    endpoint: 'https://x',
    certificateAuthority: 'Y2E=',
  };
  const file = writeKubeconfig('shop', cluster, folder);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const { users, clusters } = parse(readFileSync(file, 'utf8')) as {
    users: { name: string; user: { exec: { args: string[] } } }[];
    clusters: { cluster: unknown }[];
  };
  expect(users.map(({ name }) => name)).toEqual(['meshproof-shop-east']);
  expect(users[0]?.user.exec.args.slice(1)).toEqual([
    'aws',
    'token',
    '--cluster',
    'meshproof-shop-east',
    '--region',
    'eu-central-1',
    '--role',
    role,
  ]);
  expect(clusters[0]?.cluster).toEqual({ server: 'https://x', 'certificate-authority-data': 'Y2E=' });
});
