import { expect, test } from '@playwright/test';
import { FREEZABLE } from '../../model/fault.ts';
import { samplePlan } from '../sample-plan.ts';
import { CONTAINERS, goOnScript, listScript, signal } from './signal.ts';
import { dockerThatSays } from './sample-docker.ts';

const planOf = (program: (typeof FREEZABLE)[number]) =>
  samplePlan({
    id: 'process-freeze-1',
    mechanism: 'signal',
    spec: { kind: 'process-freeze', cluster: 'east', program },
  });

test('the processes of a program are those of its container in its namespace, and of no other', () => {
  for (const program of FREEZABLE) {
    const { namespace, container } = CONTAINERS[program];
    const script = listScript(planOf(program));
    expect(script).toContain(
      `'labels."io.kubernetes.pod.namespace"==${namespace},labels."io.kubernetes.container.name"==${container}'`,
    );
    expect(script).toContain('> /run/meshproof-process-freeze-1.pids');
  }
});

test('what lets processes go on names the file of its own fault only, and asks nobody else', () => {
  const script = goOnScript({ id: 'process-freeze-1' });
  expect(script.match(/\/run\/\S+\.pids/g)?.every((file) => file.includes('process-freeze-1'))).toBe(true);
  expect(script).not.toMatch(/ctr|kubectl/);
});

test('a program of which nothing runs is not frozen: there would be nothing to see', async ({}, info) => {
  const says = { 'exec east-worker sh -c': '', 'exec east-worker systemctl is-active': 'active' };
  using docker = dockerThatSays(says, info);
  await expect(signal.arm(planOf('istiod'))).rejects.toThrow('istiod runs on none of east-worker');
  expect(docker.calls().join()).not.toContain('STOP');
});

for (const [states, says] of [
  ['11 T\\n12 S', 'only 1 of 2 processes'],
  ['11 S', 'only 0 of 1 processes'],
] as const) {
  test(`processes in these states are no proof of a freeze: ${states}`, async ({}, info) => {
    using _docker = dockerThatSays({ 'exec east-worker sh -c': states }, info);
    await expect(signal.proveEffect(planOf('etcd'))).rejects.toThrow(says);
  });
}
