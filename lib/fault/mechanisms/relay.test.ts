import { expect, test } from '@playwright/test';
import { fakeLab } from '../../../selftests/fake-lab.ts';
import { planFault } from '../plan.ts';
import { forgetScript, runCommand, undoScript } from './relay.ts';

const spec = { kind: 'link-latency', from: 'west', to: 'east', delayMs: 100, jitterMs: 20 } as const;
const plan = planFault(spec, fakeLab(), { run: 'run-1', lastsMs: 60_000 });
const [target] = plan.targets;
if (!target) throw new Error('no target');

test('the relay passes on to the gateway of its own node, with the delay of the fault', () => {
  const command = runCommand(plan, target);
  expect(command.slice(command.indexOf('node'))).toEqual([
    'node',
    '/relay.mjs',
    '15990',
    target.address,
    '15443',
    '100',
    '20',
  ]);
});

test('connections that are open are forgotten, those of the link and no others', () => {
  const lines = forgetScript(plan)
    .split('; ')
    .filter((line) => line !== 'true');
  expect(lines).toHaveLength(3);
  for (const line of lines) expect(line).toMatch(/^conntrack -D -p tcp -s 192\.0\.2\.2\d --dport 15443 /);
});

test('what undoes it takes the rule away before the relay, and fails for nothing that is gone', () => {
  const script = undoScript(plan);
  expect(script.indexOf('nft delete table')).toBeLessThan(script.indexOf('tasks kill'));
  expect(script.endsWith('true')).toBe(true);
});
