import { expect, test } from '@playwright/test';
import { fakeLab } from '../../../selftests/fake-lab.ts';
import type { DnsRelay, LinkRelay } from '../../model/fault-plan.ts';
import { planFault } from '../plan.ts';
import { answerIn, isAsTold } from './relay-answer.ts';
import { forgetScript, relay, runCommand, undoScript } from './relay.ts';
import { dockerThatSays } from './sample-docker.ts';

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

test('the relay of DNS is told what to say, and runs as the user that its rule lets by', () => {
  const wrong = {
    kind: 'dns-wrong-answers',
    cluster: 'east',
    name: 'cart.shop',
    answer: 'servfail',
  } as const;
  const lie = planFault(wrong, fakeLab(), { run: 'run-1', lastsMs: 60_000 });
  const [node] = lie.targets;
  if (!node) throw new Error('no target');
  const command = runCommand(lie, node);
  const resolver = lie.relay?.program === 'dns' ? lie.relay.resolver : '';
  expect(command.slice(command.indexOf('node'))).toEqual([
    'node',
    '/relay.mjs',
    node.address,
    '15992',
    resolver,
    '53',
    '0',
    '0',
    'cart.shop',
    'servfail',
  ]);
  expect(command.join(' ')).toContain('--user 15990:15990');
});

test('sockets that asked the relay of DNS forget it when it goes', () => {
  const script = undoScript({ id: 'dns-latency-1' });
  expect(script.indexOf('--reply-port-src 15991')).toBeGreaterThan(script.indexOf('nft delete table'));
});

test('an answer is what a knock printed, and counts when it is late enough, or the lie that was told', () => {
  const setup = { ...(plan.relay as LinkRelay), delayMs: 100, jitterMs: 20 };
  expect(isAsTold(answerIn('81\n'), setup)).toBe(true);
  expect(isAsTold(answerIn('79\n'), setup)).toBe(false);
  expect([answerIn(''), isAsTold(undefined, setup)]).toEqual([undefined, false]);
  expect(answerIn('5 zz')).toEqual({ tookMs: 5, lie: 'no answer of DNS' });
  const lying = { program: 'dns', delayMs: 0, jitterMs: 0, lie: 'nxdomain' } as DnsRelay;
  expect(isAsTold({ tookMs: 5, lie: 'nxdomain' }, lying)).toBe(true);
  expect(isAsTold({ tookMs: 5 }, lying)).toBe(false);
  expect(isAsTold({ tookMs: 5, lie: 'servfail' }, lying)).toBe(false);
});

test('a second relay of a kind in a node is refused before anything is armed', async ({}, info) => {
  // A docker to which every command succeeds: something listens.
  using docker = dockerThatSays({}, info);
  await expect(relay.arm(plan)).rejects.toThrow(/another relay of its kind is on east-worker/);
  expect(docker.calls().join()).not.toContain('systemd-run');
});
