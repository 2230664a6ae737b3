import { expect, test } from '@playwright/test';
import { fakeLab } from '../../../selftests/fake-lab.ts';
import { istioDriver } from '../../mesh/istio/driver.ts';
import { CAPABILITIES, type SuiteCapability } from '../capabilities.ts';
import { areasOf } from './index.ts';

const { clusters, environment } = fakeLab();
const [cluster] = clusters;
if (!cluster) throw new Error('the fake lab has no cluster');
const context = { cluster, clusters, environment, driver: istioDriver, image: 'runtime' };
const objectsFor = (...capabilities: SuiteCapability[]) =>
  areasOf(capabilities).flatMap((area) => area.objects(context));
const named = (kind: string, objects: ReturnType<typeof objectsFor>) =>
  objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata?.name ?? '');

test('what measures latency and failover brings no pods along but the idle ones that loads are compared with', () => {
  expect(objectsFor('failover')).toEqual([]);
  expect(named('DaemonSet', objectsFor('latency', 'failover'))).toEqual(['sentinel']);
  expect(objectsFor('latency', 'failover').map(({ kind }) => kind)).toEqual(['ServiceAccount', 'DaemonSet']);
  expect(named('StatefulSet', objectsFor('latency', 'dns'))).toEqual(['crew']);
});

test('no object is made twice, and no service has two rules for its destination', () => {
  const objects = objectsFor(...CAPABILITIES);
  const names = objects.map(({ kind, metadata }) => `${kind} ${metadata?.namespace}/${metadata?.name}`);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  for (const kind of ['DestinationRule', 'VirtualService']) {
    const hosts = objects.flatMap((object) => {
      if (object.kind !== kind) return [];
      const { spec } = object as { spec?: { host?: string; hosts?: string[] } };
      return spec?.hosts ?? [spec?.host ?? ''];
    });
    expect(hosts.length, kind).toBeGreaterThan(0);
    expect(hosts.filter((host, index) => hosts.indexOf(host) !== index)).toEqual([]);
  }
});

test('proxies of pods that only answer hold no outbound configuration, before they start', () => {
  const objects = objectsFor(...CAPABILITIES);
  const spared = named('Sidecar', objects).map((name) => name.replace('-calls-nobody', ''));
  expect(spared).toEqual(expect.arrayContaining(['tolerant', 'crew', 'vault', 'lenient', 'firm']));
  // Callers must know whom they call.
  for (const caller of ['cart', 'payments', 'scout', 'rotor', 'intruder', 'till'])
    expect(spared).not.toContain(caller);
  for (const name of spared) {
    const at = (kind: string) =>
      objects.findIndex(
        (one) =>
          one.kind === kind && one.metadata?.name === (kind === 'Sidecar' ? `${name}-calls-nobody` : name),
      );
    const workload = Math.max(at('Deployment'), at('StatefulSet'));
    expect(at('Sidecar'), name).toBeLessThan(workload);
  }
});

test('the discovery suite alone has the callers that it needs, and areas come once', () => {
  const discovery = areasOf(['discovery']);
  expect(areasOf(['dns']).every((area) => discovery.includes(area))).toBe(true);
  const all = areasOf(['discovery', 'dns']);
  expect(new Set(all).size).toBe(all.length);
});
