import { expect, test } from '@playwright/test';
import { endpointsIn, timersIn } from './failover-timers.ts';

const HOST = 'payments.shop.svc.cluster.local';
const clusters = (cluster: object) => JSON.stringify({ configs: [{ cluster }] });
const routes = (retry?: object) =>
  JSON.stringify({
    configs: [
      {
        route_config: {
          virtual_hosts: [
            {
              domains: ['cart.shop.svc.cluster.local'],
              routes: [{ route: { retry_policy: { num_retries: 9 } } }],
            },
            { domains: [HOST, 'payments'], routes: [{ route: retry ? { retry_policy: retry } : {} }] },
          ],
        },
      },
    ],
  });

test('reads what is in force for a service, and not for its neighbour', () => {
  const outlier = { consecutive_5xx: 5, interval: '1s', base_ejection_time: '10s', max_ejection_percent: 99 };
  const page = clusters({ connect_timeout: '0.250s', outlier_detection: outlier });
  expect(timersIn(page, routes({ num_retries: 2, per_try_timeout: '1s' }), HOST)).toEqual({
    tryTimeoutMs: 1000,
    connectTimeoutMs: 250,
    retries: 2,
    outlierDetection: {
      consecutiveErrors: 5,
      intervalMs: 1000,
      baseEjectionMs: 10_000,
      maxEjectionPercent: 99,
    },
  });
});

test('where nothing gives up on an endpoint, no timer does: none is made up', () => {
  const timers = timersIn(clusters({ connect_timeout: '10s' }), routes(), HOST);
  expect(timers).toMatchObject({ tryTimeoutMs: Infinity, connectTimeoutMs: 10_000, retries: 0 });
  expect(timers.outlierDetection).toMatchObject({ consecutiveErrors: Infinity, maxEjectionPercent: 0 });
});

test('Envoy’s own defaults stand where a proxy was told nothing; 0 errors in a row are never enough', () => {
  const read = (outlier: object) =>
    timersIn(clusters({ outlier_detection: outlier }), routes({}), HOST).outlierDetection;
  expect(read({})).toEqual({
    consecutiveErrors: 5,
    intervalMs: 10_000,
    baseEjectionMs: 30_000,
    maxEjectionPercent: 10,
  });
  expect(read({ consecutive_5xx: 0 }).consecutiveErrors).toBe(Infinity);
  const byGateway = { consecutive_5xx: 0, consecutive_gateway_failure: 3 };
  expect(read(byGateway).consecutiveErrors).toBe(Infinity);
  expect(read({ ...byGateway, enforcing_consecutive_gateway_failure: 100 }).consecutiveErrors).toBe(3);
});

test('endpoints with their weights; those that wait behind them get no calls', () => {
  const host = (address: string, weight: number, priority?: number) => ({
    address: { socket_address: { address, port_value: 8080 } },
    weight,
    ...(priority === undefined ? {} : { priority }),
  });
  const name = `outbound|8080||${HOST}`;
  const hosts = [host('10.0.0.1', 2), host('172.18.0.5', 1), host('10.9.9.9', 1, 1)];
  const body = JSON.stringify({ cluster_statuses: [{ name, host_statuses: hosts }] });
  expect(endpointsIn(body, { name: 'payments', namespace: 'shop', port: 8080 })).toEqual([
    { address: '10.0.0.1', weight: 2 },
    { address: '172.18.0.5', weight: 1 },
  ]);
});
