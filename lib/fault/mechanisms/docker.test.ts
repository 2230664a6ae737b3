import { test as base, expect } from '@playwright/test';
import { samplePlan } from '../sample-plan.ts';
import { dockerNodes } from './docker.ts';
import { dockerThatSays } from './sample-docker.ts';

const test = base.extend<{ container: string }>({
  container: async ({}, use) => use(samplePlan().targets[0]?.container ?? ''),
});

test('a node comes back with little weight, and has its usual one when all is steady', async ({
  container,
}, info) => {
  using docker = dockerThatSays({ inspect: 'true 0' }, info);
  const plan = samplePlan();
  await dockerNodes.revert(plan);
  expect(docker.calls()).toEqual([`update --cpu-shares 256 ${container}`, `start ${container}`]);
  await dockerNodes.settle?.(plan);
  expect(docker.calls().at(-1)).toBe(`update --cpu-shares 1024 ${container}`);
});
