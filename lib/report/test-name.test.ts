import { expect, test } from '@playwright/test';
import { nameOf } from './test-name.ts';

test('a test is named by capability, file and title, wherever the suites lie', () => {
  for (const root of ['/work/suites', '/x/suites/y/suites']) {
    expect(nameOf(`${root}/failover/node-kill.spec.ts`, ['keeps serving'])).toEqual({
      id: 'failover/node-kill: keeps serving',
      capability: 'failover',
      title: 'keeps serving',
    });
  }
});

test('describes are part of the name', () => {
  expect(nameOf('/suites/dns/a.spec.ts', ['group', 'one']).id).toBe('dns/a: group › one');
});

test('a file outside of the suites has its folder as capability', () => {
  expect(nameOf('/repo/fixtures/lab.setup.ts', ['attaches'])).toMatchObject({ capability: 'fixtures' });
});
