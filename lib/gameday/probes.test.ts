import { expect, test } from '@playwright/test';
import { fakeLab } from '../../selftests/fake-lab.ts';
import { areasFor, targetOf } from './probes.ts';

const lab = fakeLab();
const target = (plane: 'data' | 'dns' | 'api') =>
  targetOf({ plane, service: 'payments', connection: 'pooled' }, lab, 'west');

test('each plane has a target of its own: the service, its name, the API server of the cluster', () => {
  const name = 'payments.meshproof-mesh.svc.cluster.local';
  expect(target('data')).toEqual({ protocol: 'http', url: `http://${name}:8080/`, connection: 'pooled' });
  expect(target('dns')).toEqual({ protocol: 'dns-udp', name: `${name}.`, type: 'A' });
  const server = lab.clusters[1]?.nodes.find(({ role }) => role === 'control-plane');
  expect(target('api')).toEqual({ protocol: 'tls', host: server?.address, port: 6443 });
});

test('only who watches certificates needs a workload whose own is short-lived', () => {
  expect(areasFor([{ plane: 'data' }, { plane: 'control' }])).toEqual([]);
  expect(areasFor([{ plane: 'data' }, { plane: 'certificates' }])).toHaveLength(1);
});
