import { expect, test } from '@playwright/test';
import { fakeLabOf } from './fake-lab.ts';
import { isLeftOut, productSuites } from './product-suites.ts';
import { runInline } from './run-inline.ts';

test('three clusters pass every suite, that of a service in some of the clusters too', async () => {
  test.setTimeout(300_000);
  const { verdict } = await runInline(await productSuites(), { lab: fakeLabOf(['east', 'west', 'north']) });
  const open = verdict.tests.filter(({ verdict: each }) => each !== 'passed');
  expect(open.filter((one) => !isLeftOut(one))).toEqual([]);
  expect(verdict).toMatchObject({ verdict: 'passed', exitCode: 0 });
  const some = verdict.tests.find(({ id }) => id.startsWith('discovery/some-clusters'));
  expect(some?.verdict).toBe('passed');
});
