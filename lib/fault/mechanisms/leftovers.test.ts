import { expect, test } from '@playwright/test';
import { tidyNode } from './leftovers.ts';
import { dockerThatSays } from './sample-docker.ts';

/** A node in which nothing of ours is. */
const CLEAN = {
  ps: '0a1b node Up 2 hours',
  inspect: 'true 1024',
  'exec n systemctl is-active': 'active',
  'exec n nft list tables': 'table ip nat',
  'exec n ls /run': 'systemd',
  'exec n ls /var/lib/meshproof': '',
  'exec n ctr --namespace k8s.io containers ls': '0a1b2c',
  'exec n systemctl list-units': '',
};
const tidy = () => tidyNode({ by: 'engine', dockerHost: 'unix:///nowhere.sock', network: 'none' }, 'n');

test('a node that nothing was left in is left alone, whatever its weight', async ({}, info) => {
  using docker = dockerThatSays({ ...CLEAN, inspect: 'true 512' }, info);
  expect(await tidy()).toEqual([]);
  expect(docker.calls()).toEqual([]);
});

test('a node that is down is started, with its usual weight', async ({}, info) => {
  using docker = dockerThatSays({ ...CLEAN, inspect: 'false 256' }, info);
  expect(await tidy()).toEqual(['node n was stopped', 'node n had the weight of one that returns']);
  expect(docker.calls()).toEqual(['start n', 'update --cpu-shares 1024 n']);
});

for (const [left, says, done, calls] of [
  ['a pause', { ps: '0a1b node Up 2 hours (Paused)' }, 'node n stood still', ['unpause n']],
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
  [
    'a script',
    { 'exec n systemctl list-units': 'meshproof-cpu-pressure-1-work.service loaded active running sh' },
    'meshproof-cpu-pressure-1-work.service ran on n',
    ['exec n systemctl stop meshproof-cpu-pressure-1-work.service'],
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

test('what was scaled away, and a relay, are undone by the marks that they left', async ({}, info) => {
  using docker = dockerThatSays(
    {
      ...CLEAN,
      'exec n ls /var/lib/meshproof': 'workload-outage-1.undo',
      'exec n ctr --namespace k8s.io containers ls': 'meshproof-link-latency-2',
    },
    info,
  );
  expect(await tidy()).toEqual(['relay link-latency-2 on n', 'workload-outage-1 was not undone on n']);
  const calls = docker.calls().join();
  expect(calls).toContain('nft delete table inet meshproof_link_latency_2');
  expect(calls).toContain('tasks kill --signal SIGKILL meshproof-link-latency-2');
  expect(calls).toContain('sh /var/lib/meshproof/workload-outage-1.undo');
});

test('a dead-man that waits for nothing any more is sent away', async ({}, info) => {
  using docker = dockerThatSays({ ...CLEAN, 'exec n ls /var/lib/meshproof': 'dns-loss-1.dead-man' }, info);
  expect(await tidy()).toEqual(['a dead-man of dns-loss-1 on n']);
  expect(docker.calls().join()).toContain('disable --now --quiet meshproof-dns-loss-1.timer');
});
