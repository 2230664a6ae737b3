import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type TestInfo, test as base, expect } from '@playwright/test';
import { samplePlan } from '../sample-plan.ts';
import { dockerNodes, tidyNode } from './docker.ts';

/** A `docker` first on the path that says this of every container, and writes down what else it is told. */
function dockerThatSays(state: string, info: TestInfo) {
  const dir = info.outputPath('');
  const calls = join(dir, 'calls');
  const script = `#!/bin/sh\nif [ "$1" = inspect ]; then echo '${state}'; else echo "$@" >> '${calls}'; fi\n`;
  writeFileSync(join(dir, 'docker'), script);
  chmodSync(join(dir, 'docker'), 0o755);
  const path = process.env['PATH'];
  process.env['PATH'] = `${dir}${delimiter}${path}`;
  return {
    calls: () => (existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : []),
    [Symbol.dispose]: () => void (process.env['PATH'] = path),
  };
}

const test = base.extend<{ container: string }>({
  container: async ({}, use) => use(samplePlan().targets[0]?.container ?? ''),
});

test('a node comes back with little weight, and has its usual one when all is steady', async ({
  container,
}, info) => {
  using docker = dockerThatSays('true 0', info);
  const plan = samplePlan();
  await dockerNodes.revert(plan);
  expect(docker.calls()).toEqual([`update --cpu-shares 256 ${container}`, `start ${container}`]);
  await dockerNodes.settle?.(plan);
  expect(docker.calls().at(-1)).toBe(`update --cpu-shares 1024 ${container}`);
});

test('a sweep starts a node that is down, with its usual weight', async ({}, info) => {
  using docker = dockerThatSays('false 256', info);
  expect(await tidyNode('unix:///nowhere.sock', 'east-worker')).toEqual([
    'node east-worker was stopped',
    'node east-worker had the weight of one that returns',
  ]);
  expect(docker.calls()).toEqual(['start east-worker', 'update --cpu-shares 1024 east-worker']);
});

test('a sweep leaves a node alone that runs with a weight of its own', async ({}, info) => {
  using docker = dockerThatSays('true 512', info);
  expect(await tidyNode('unix:///nowhere.sock', 'east-worker')).toEqual([]);
  expect(docker.calls()).toEqual([]);
});
