import { expect, test } from '@playwright/test';
import { podsLast } from './world.ts';

test('what runs pods comes after everything else, each in its own order', () => {
  const objects = ['Namespace', 'Deployment', 'Service', 'DaemonSet', 'Service', 'StatefulSet'].map(
    (kind, index) => ({ kind, index }),
  );
  expect(podsLast(objects).map(({ index }) => index)).toEqual([0, 2, 4, 1, 3, 5]);
});
