import { expect, test } from '@playwright/test';
import { portsOf } from './gateway-doors.ts';

const declared = [15_021, 15_443, 15_090].map((containerPort) => ({ containerPort, protocol: 'TCP' }));
const pod = { spec: { containers: [{ name: 'istio-proxy', ports: declared }] } };
const listener = (address: string, port: number, protocol?: string) => ({
  local_address: { socket_address: { address, port_value: port, ...(protocol ? { protocol } : {}) } },
});
const page = (...listeners: object[]) => JSON.stringify({ listener_statuses: listeners });

test('a port that only the proxy knows of is a door, health and metrics are none', () => {
  const listeners = page(listener('0.0.0.0', 15_443), listener('0.0.0.0', 8080), listener('0.0.0.0', 15_090));
  expect(portsOf(pod, listeners)).toEqual([15_443, 8080]);
});

test('what the pod declares is a door although the proxy does not listen there', () => {
  expect(portsOf(pod, page())).toEqual([15_443]);
});

test('nobody reaches the loopback, a UDP port or an internal listener over TCP', () => {
  const internal = { local_address: { envoy_internal_address: {} } };
  const listeners = page(listener('127.0.0.1', 15_053), listener('0.0.0.0', 8443, 'UDP'), internal);
  expect(portsOf(pod, listeners)).toEqual([15_443]);
});
