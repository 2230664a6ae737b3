import { expect, test } from '@playwright/test';
import { parseClusters } from './membership.ts';

const at = (address: string) => ({ address: { socket_address: { address, port_value: 15_443 } } });

test('only services of the mesh are endpoints that a proxy holds', () => {
  const body = JSON.stringify({
    cluster_statuses: [
      {
        name: 'outbound|8080||payments.shop.svc.cluster.local',
        host_statuses: [at('10.10.1.7'), at('172.18.0.9')],
      },
      { name: 'outbound|8080||empty.shop.svc.cluster.local' },
      { name: 'inbound|8080||', host_statuses: [at('127.0.0.6')] },
      { name: 'xds-grpc', host_statuses: [{ address: { pipe: { path: './etc/istio/proxy/XDS' } } }] },
      {
        name: 'outbound|80||piped.shop.svc.cluster.local',
        host_statuses: [{ address: { pipe: { path: 'x' } } }],
      },
    ],
  });
  expect(parseClusters(body)).toEqual([
    { host: 'payments.shop.svc.cluster.local', address: '10.10.1.7' },
    { host: 'payments.shop.svc.cluster.local', address: '172.18.0.9' },
  ]);
  expect(parseClusters('{}')).toEqual([]);
});
