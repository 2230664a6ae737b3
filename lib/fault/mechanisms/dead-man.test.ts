import { execFileSync } from 'node:child_process';
import { expect, test } from '@playwright/test';
import { samplePlan } from '../sample-plan.ts';
import { armScript, deadManScript, disarmScript } from './dead-man.ts';

test('it has the absolute deadline, also for a node that was off then', () => {
  const script = armScript(samplePlan(), ['nft', 'delete', 'table', 'inet', 'meshproof_x']);
  expect(script).toContain('\nOnCalendar=2026-11-21 06:00:00 UTC\nPersistent=true\n');
  // A relay is undone by containerd, which starts with the node, too.
  expect(script).toContain('\nAfter=containerd.service\n');
});

test('it does the inverse with all its words, whatever is in them', () => {
  const words = ["it's", 'two words', '$HOME', '$(false)', '%n', 'a\nb'];
  const script = deadManScript({ id: 'own-test-no-such-fault' }, ['printf', '%s|', ...words]);
  expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' })).toBe(`${words.join('|')}|`);
});

test('afterwards nothing of it is left, whether it has acted or was sent away', () => {
  const plan = samplePlan();
  const armed = armScript(plan, ['true']);
  const written = [...armed.matchAll(/^cat > (\S+) /gm)].map(([, file = '']) => file);
  expect(written).toHaveLength(3);
  for (const script of [deadManScript(plan, ['true']), disarmScript(plan)]) {
    const removed = /rm -f (.*)$/m.exec(script)?.[1]?.split(' ') ?? [];
    expect(removed).toEqual(expect.arrayContaining(written));
    expect(removed.some((file) => file.includes('timers.target.wants'))).toBe(true);
  }
});
