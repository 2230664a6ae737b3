import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { forwardPort } from '../probe/port-forward.ts';
import { openKube } from '../support/kube.ts';
import { apiCallsFile, readRunCalls, sumApiCalls } from '../report/api-calls.ts';
import { readLines } from '../support/json-lines.ts';
import { countApiCalls, forgetApiCalls, recordApiCalls } from './api-calls.ts';
import { describeRequest } from './api-request.ts';

for (const [method, path, verb, resource] of [
  ['GET', '/api/v1/namespaces/shop/pods?labelSelector=app%3Dx', 'list', 'pods'],
  ['GET', '/api/v1/pods', 'list', 'pods'],
  ['GET', '/api/v1/pods?watch=true', 'watch', 'pods'],
  ['GET', '/api/v1/namespaces/shop/pods/a/log', 'get', 'pods/log'],
  ['GET', '/api/v1/namespaces/shop/pods/a/portforward?ports=1', 'get', 'pods/portforward'],
  ['GET', '/api/v1/namespaces/shop', 'get', 'namespaces'],
  ['GET', '/api/v1/namespaces', 'list', 'namespaces'],
  ['PUT', '/api/v1/namespaces/shop/finalize', 'update', 'namespaces/finalize'],
  ['PATCH', '/apis/apps/v1/namespaces/shop/deployments/a', 'patch', 'deployments'],
  ['DELETE', '/apis/apps/v1/namespaces/shop/deployments', 'deletecollection', 'deployments'],
  ['POST', '/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices', 'create', 'endpointslices'],
  ['GET', '/apis/apps/v1', 'discover', 'types'],
] as const) {
  test(`${method} ${path} is ${verb} ${resource}`, () => {
    expect(describeRequest(method, path)).toMatchObject({ verb, resource });
  });
}

test('what is no API server is not counted', () => {
  expect(describeRequest('POST', '/plans')).toBeUndefined();
  expect(describeRequest('GET', '/healthz')).toBeUndefined();
});

test('every request of a process is counted, over either client, and summed over processes', async ({}, info) => {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"items":[]}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = (server.address() as AddressInfo).port;
  const kubeconfig = info.outputPath('east.kubeconfig');
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'one',
      clusters: [
        { name: 'one', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } },
      ],
      users: [{ name: 'one', user: {} }],
      contexts: [{ name: 'one', context: { cluster: 'one', user: 'one' } }],
    }),
  );
  const clusters = [{ name: 'east', kubeconfig }];
  const output = info.outputPath('run');
  const kube = openKube(kubeconfig);
  for (const name of ['suites', 'run']) {
    using _recording = recordApiCalls(clusters, { output, process: name });
    await kube.core.listNamespacedPod({ namespace: 'shop' });
    await kube.discovery.listNamespacedEndpointSlice({ namespace: 'shop' });
    // A port-forward is a WebSocket; this server refuses it, and the attempt counts.
    const channel = await forwardPort(kube, 'shop', 'a', 80);
    await fetch(`http://127.0.0.1:${channel.port}/`).catch(() => undefined);
    await channel.close();
  }
  {
    using recording = recordApiCalls(clusters, { output, process: 'suites' });
    await kube.core.listNode();
    recording.endTest('dns/headless: resolves');
    recording.endTest('dns/headless: asks nothing');
    await kube.core.listNamespace();
  }
  await kube.core.listNamespace();
  const east = { 'list pods': 1, 'list endpointslices': 1, 'get pods/portforward': 1 };
  expect(readLines(apiCallsFile(output))).toEqual([
    { process: 'suites', counts: { east } },
    { process: 'run', counts: { east } },
    { process: 'suites', test: 'dns/headless: resolves', counts: { east: { 'list nodes': 1 } } },
    { process: 'suites', counts: { east: { 'list namespaces': 1 } } },
  ]);
  expect(sumApiCalls(output)).toEqual({ suites: { east: 5 }, run: { east: 3 } });
  expect(readRunCalls(apiCallsFile(output))).toEqual({
    clusters: 1,
    tests: {
      'suites, outside of tests': { ...east, 'list namespaces': 1 },
      'run, outside of tests': east,
      'dns/headless: resolves': { 'list nodes': 1 },
    },
  });
  forgetApiCalls(output);
  expect(sumApiCalls(output)).toBeUndefined();
  using counter = countApiCalls([]);
  await kube.core.listNode();
  expect(counter.counts()).toEqual({ 'another cluster': { 'list nodes': 1 } });
  server.close();
});
