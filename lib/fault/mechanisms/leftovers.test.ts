import { expect, test } from '@playwright/test';
import { tidyNode } from './leftovers.ts';
import { dockerThatSays } from './sample-docker.ts';

/** A node in which nothing of ours is. */
const CLEAN = {
  inspect: 'true false 1024',
  'exec n systemctl is-active': 'active',
  'exec n nft list tables': 'table ip nat',
  'exec n ls /run': 'systemd',
};
const tidy = () => tidyNode('unix:///nowhere.sock', 'n');

test('a node that nothing was left in is left alone, whatever its weight', async ({}, info) => {
  using docker = dockerThatSays({ ...CLEAN, inspect: 'true false 512' }, info);
  expect(await tidy()).toEqual([]);
  expect(docker.calls()).toEqual([]);
});

test('a node that is down is started, with its usual weight', async ({}, info) => {
  using docker = dockerThatSays({ ...CLEAN, inspect: 'false false 256' }, info);
  expect(await tidy()).toEqual(['node n was stopped', 'node n had the weight of one that returns']);
  expect(docker.calls()).toEqual(['start n', 'update --cpu-shares 1024 n']);
});

for (const [left, says, done, calls] of [
  ['a pause', { inspect: 'true true 1024' }, 'node n stood still', ['unpause n']],
  [
    'a stopped kubelet',
    { 'exec n systemctl is-active kubelet': 'inactive' },
    'kubelet on n was stopped',
    ['exec n systemctl start kubelet'],
  ],
  [
    'a table',
    { 'exec n nft list tables': 'table inet meshproof_link_partition_1' },
    'table meshproof_link_partition_1 on n',
    ['exec n nft delete table inet meshproof_link_partition_1'],
  ],
] as const) {
  test(`a sweep takes away ${left}`, async ({}, info) => {
    using docker = dockerThatSays({ ...says, ...CLEAN, ...says }, info);
    expect(await tidy()).toEqual([done]);
    expect(docker.calls()).toEqual(calls);
  });
}

test('processes that stand still are told to go on, by the file that names them', async ({}, info) => {
  using docker = dockerThatSays({ ...CLEAN, 'exec n ls /run': 'meshproof-process-freeze-1.pids' }, info);
  expect(await tidy()).toEqual(['processes on n stood still (process-freeze-1)']);
  expect(docker.calls().join()).toContain('/run/meshproof-process-freeze-1.pids');
  expect(docker.calls().join()).toContain('kill -CONT');
});
