import { expect, test } from '@playwright/test';
import { endpointsOf } from './discovery.ts';

const PAGE = `outbound|8080||flex.mesh.svc.cluster.local::observability_name::outbound|8080||flex.mesh.svc.cluster.local
outbound|8080||flex.mesh.svc.cluster.local::default_priority::max_connections::4294967295
outbound|8080||flex.mesh.svc.cluster.local::172.19.0.5:15443::cx_active::0
outbound|8080||flex.mesh.svc.cluster.local::172.19.0.5:15443::health_flags::healthy
outbound|8080||flex.mesh.svc.cluster.local::172.19.0.7:15443::health_flags::/failed_outlier_check
outbound|8080||flex.other.svc.cluster.local::10.1.1.1:8080::health_flags::healthy
outbound_.8080_._.flex.mesh.svc.cluster.local::10.10.1.4:8080::health_flags::healthy
outbound|8081||flex.mesh.svc.cluster.local::10.10.1.9:8081::health_flags::healthy
`;

test('a proxy has the endpoints of exactly this service and port, as a sidecar and as a gateway', () => {
  const service = { name: 'flex', namespace: 'mesh', port: 8080 };
  expect(endpointsOf(PAGE, service)).toEqual(['172.19.0.5:15443', '172.19.0.7:15443', '10.10.1.4:8080']);
  expect(endpointsOf(PAGE, { ...service, namespace: 'none' })).toEqual([]);
});
