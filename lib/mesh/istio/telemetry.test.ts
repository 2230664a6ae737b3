import { expect, test } from '@playwright/test';
import { parseGolden, parseLog } from './telemetry.ts';

test('a call in the log of the caller, and in that of the server', () => {
  const line = (upstream: string) =>
    JSON.stringify({
      path: '/x',
      request_id: 'r',
      response_code: 200,
      upstream_cluster: upstream,
      upstream_host: '10.0.0.1:8080',
      authority: 'payments.shop.svc.cluster.local:8080',
    });
  expect(parseLog(line('outbound|8080||payments.shop.svc.cluster.local'))).toEqual({
    side: 'client',
    requestId: 'r',
    path: '/x',
    status: 200,
    service: 'payments.shop.svc.cluster.local',
    upstream: '10.0.0.1:8080',
  });
  expect(parseLog(line('inbound|8080||'))).toMatchObject({
    side: 'server',
    service: 'payments.shop.svc.cluster.local:8080',
  });
});

test('other lines are no calls', () => {
  for (const line of ['', '2026-01-01 info ready', '{"half":', '{"upstream_cluster":"PassthroughCluster"}']) {
    expect(parseLog(line)).toBeUndefined();
  }
});

test('golden metrics: only what a caller reported for the service', () => {
  const row = (reporter: string, service: string, value: number) =>
    `istio_requests_total{reporter="${reporter}",source_cluster="east",destination_cluster="west",destination_service="${service}"} ${value}`;
  const text = [
    row('source', 'payments.shop.svc', 7),
    row('destination', 'payments.shop.svc', 5),
    row('source', 'cart.shop.svc', 3),
    '# TYPE x',
  ].join('\n');
  expect(parseGolden(text, 'payments.shop')).toEqual([{ source: 'east', destination: 'west', requests: 7 }]);
});
