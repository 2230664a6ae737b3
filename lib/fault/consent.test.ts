import { expect, test } from '@playwright/test';
import { fakeLab } from '../../selftests/fake-lab.ts';
import type { Lab } from '../model/lab.ts';
import { exitCodeOf } from '../support/errors.ts';
import { mustBeDisturbable } from './consent.ts';
import { guardFault } from './guard.ts';
import { planFault } from './plan.ts';

const ours = fakeLab();
const images = { runtime: 'node', k6: 'k6' };
const theirs: Lab = {
  ...ours,
  environment: { ...ours.environment, provider: { kind: 'kubeconfig', contexts: {}, images } },
};

test('what Meshproof made may be disturbed; what others made only when they, and the user, have said so', () => {
  expect(() => mustBeDisturbable(ours, 'x')).not.toThrow();
  expect(() => mustBeDisturbable(theirs, 'x')).toThrow('x: not in clusters that Meshproof did not make');
  expect(() => mustBeDisturbable({ ...theirs, disruption: 'allowed' }, 'x')).not.toThrow();
});

test('no fault gets past it, last copies allowed or not, and nothing is asked of a cluster', async () => {
  const plan = planFault({ kind: 'link-partition', from: 'west', to: 'east' }, theirs, {
    run: 'run-1',
    lastsMs: 1,
  });
  // The clusters of this lab do not exist: a call would fail otherwise.
  const refused = guardFault(plan, theirs, { allowLastCopy: true });
  await expect(refused).rejects.toThrow('did not make');
  await refused.catch((error: unknown) => expect(exitCodeOf(error)).toBe(2));
  await guardFault(plan, { ...theirs, disruption: 'allowed' }, { allowLastCopy: true });
});
