import { expect, test } from '@playwright/test';
import { tuningOf } from './diagnose-tuning.ts';

const pod = (app: string, env: { name: string; value: string }[]) => ({
  metadata: { name: `${app}-1`, namespace: 'istio-system', labels: { app } },
  spec: { containers: [{ name: 'discovery', env }] },
});

test('an istiod that holds changes back is a setting of the mesh; one with its defaults, and other pods, are none', () => {
  const held = [{ name: 'PILOT_DEBOUNCE_AFTER', value: '45s' }];
  const [setting, ...more] = tuningOf([
    pod('istiod', held),
    pod('istiod', [{ name: 'POD_NAME', value: 'x' }]),
    pod('cart', held),
  ]);
  expect(more).toEqual([]);
  expect(setting).toMatchObject({
    touches: 'mesh',
    name: 'istiod',
    effect: 'holds changes back: PILOT_DEBOUNCE_AFTER=45s',
  });
});
