import { expect, test } from '@playwright/test';
import { exitCodeOf, nodeJob } from './node-job.ts';

const failure = (causes: { reason?: string; message?: string }[]) => ({
  status: 'Failure',
  details: { causes },
});

test('the exit code of a command is what the API server says; none at all counts as a way that was lost', () => {
  expect(exitCodeOf({ status: 'Success' })).toBe(0);
  expect(exitCodeOf(failure([{ reason: 'ExitCode', message: '7' }]))).toBe(7);
  expect(exitCodeOf(failure([]))).toBe(125);
  expect(exitCodeOf({})).toBe(125);
});

test('a Job is pinned to its node, starts when the node is cordoned, and its name is one for any node', () => {
  const job = nodeJob(`ip-10-0-0-1.${'x'.repeat(60)}.internal`, 'node:24');
  expect(job.metadata?.name).toMatch(/^[a-z0-9-]{1,63}$/);
  const spec = job.spec?.template.spec;
  expect(spec).toMatchObject({ nodeName: expect.stringContaining('ip-10-0-0-1'), hostNetwork: true });
  expect(spec?.tolerations).toEqual([{ operator: 'Exists' }]);
  expect(nodeJob('a', 'node:24').metadata?.name).not.toBe(nodeJob('b', 'node:24').metadata?.name);
});
