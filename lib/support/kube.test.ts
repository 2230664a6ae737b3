import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@playwright/test';
import { apply, openKube } from './kube.ts';

test('requests to a cluster share connections, however often it is opened, and its types are asked for once', async ({}, info) => {
  const seen = { connections: 0, paths: [] as string[] };
  const server = createServer((request, response) => {
    seen.paths.push(request.url ?? '');
    const types = { resources: [{ kind: 'ConfigMap', name: 'configmaps', namespaced: true }] };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(request.url === '/api/v1' ? types : { kind: 'PodList', items: [] }));
  });
  server.on('connection', () => (seen.connections += 1));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const kubeconfig = info.outputPath('kubeconfig');
  const one = {
    name: 'one',
    cluster: { server: url, 'insecure-skip-tls-verify': true },
    user: {},
    context: { cluster: 'one', user: 'one' },
  };
  writeFileSync(
    kubeconfig,
    JSON.stringify({ clusters: [one], users: [one], contexts: [one], 'current-context': 'one' }),
  );
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'shop' } };
  for (let time = 0; time < 5; time += 1) {
    await openKube(kubeconfig).core.listNamespacedPod({ namespace: 'shop' });
    await apply(openKube(kubeconfig), [map]);
  }
  server.closeAllConnections();
  server.close();
  // A second one may be opened while the body of an answer is still read.
  expect(seen.connections).toBeLessThanOrEqual(2);
  expect(seen.paths.filter((path) => path === '/api/v1')).toHaveLength(1);
  expect(seen.paths).toHaveLength(11);
});
