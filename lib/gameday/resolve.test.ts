import { expect, test } from '@playwright/test';
import { fakeLab } from '../../selftests/fake-lab.ts';
import { resolveCluster, resolveFault } from './resolve.ts';

const lab = fakeLab();
const nodesOf = async (cluster: string, app: string) => (app === 'payments' ? [`${cluster}-worker2`] : []);

test('clusters, nodes and zones are resolved when asked for', async () => {
  const link = { kind: 'link-partition', from: '@last', to: '@first' } as const;
  expect(await resolveFault(link, lab, nodesOf)).toEqual({
    kind: 'link-partition',
    from: 'west',
    to: 'east',
  });
  const zone = { kind: 'zone-outage', cluster: '@first', zone: '@zone:payments' } as const;
  expect(await resolveFault(zone, lab, nodesOf)).toMatchObject({ cluster: 'east', zone: 'b' });
  const node = { kind: 'node-kill', cluster: 'west', node: '@node:payments' } as const;
  expect(await resolveFault(node, lab, nodesOf)).toMatchObject({ node: 'west-worker2' });
  expect(await resolveFault({ ...node, node: '@worker:1' }, lab, nodesOf)).toMatchObject({
    node: 'west-worker',
  });
});

test('what is not there is a usage error that says what is', async () => {
  expect(() => resolveCluster(lab, 'north')).toThrow(/no cluster north/);
  const nobody = { kind: 'node-kill', cluster: 'west', node: '@node:nobody' } as const;
  await expect(resolveFault(nobody, lab, nodesOf)).rejects.toThrow('no ready pod of nobody in west');
});
