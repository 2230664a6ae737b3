import { expect, test } from '@playwright/test';
import { fakeLab } from '../../../selftests/fake-lab.ts';
import { meshDriver } from '../../mesh/registry.ts';
import type { AreaContext } from '../area.ts';
import { placesIn, SIDE_NAMESPACES, sidesArea } from './sides.ts';

const { clusters, environment, images } = fakeLab();
const [cluster] = clusters;
if (!cluster) throw new Error('the fake lab has no cluster');
const driver = meshDriver(environment);
const context: AreaContext = { cluster, clusters, environment, driver, image: images.runtime };
const canary = driver.canary?.namespaceLabels ?? {};
const area = sidesArea((side) => (side === 'to' ? canary : driver.namespaceLabels));
const objects = area.objects(context);
const textOf = (namespace: string) =>
  JSON.stringify(objects.filter(({ metadata }) => metadata?.namespace === namespace));

test('both sides are the same to the letter, and on the same nodes, save for their namespace', () => {
  const { from, to } = SIDE_NAMESPACES;
  expect(textOf(from).replaceAll(from, to)).toBe(textOf(to));
  const { caller, server } = placesIn(cluster);
  expect(caller).not.toBe(server);
  expect(textOf(from)).toContain(`"values":["${caller}"]`);
  expect(textOf(from)).toContain(`"values":["${server}"]`);
});

test('no object of one side names the other', () => {
  expect(textOf(SIDE_NAMESPACES.from)).not.toContain(SIDE_NAMESPACES.to);
});

test('the candidate’s namespace is the canary’s alone, the other one the mesh’s', () => {
  expect(area.namespaces?.(context)).toEqual({
    [SIDE_NAMESPACES.from]: { 'istio-injection': 'enabled' },
    [SIDE_NAMESPACES.to]: { 'istio.io/rev': 'meshproof-candidate' },
  });
});

test('a cluster of one node has both on it', () => {
  const nodes = cluster.nodes.filter(({ role }) => role === 'control-plane');
  expect(placesIn({ nodes })).toEqual({ caller: nodes[0]?.name, server: nodes[0]?.name });
});
