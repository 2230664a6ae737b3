import { expect, test } from '@playwright/test';
import { fakeLab } from '../../selftests/fake-lab.ts';
import type { FaultPlan } from '../model/fault-plan.ts';
import { eventLog } from './events.ts';
import { createFaults, type Hands } from './faults.ts';

const LINK = { kind: 'link-partition', from: '@last', to: '@first' } as const;

/** Faults that are carried out on paper; `trouble` says what goes wrong. */
function onPaper(
  trouble: { bites?: () => unknown; revert?: () => unknown; deadline?: number } = {},
  rehearse = false,
) {
  const done: string[] = [];
  const looked: number[] = [];
  const hands: Hands = {
    async inject(plan: FaultPlan) {
      done.push(`inject ${plan.spec.kind}`);
      // A deadline that is near, where a test wants one.
      if (trouble.deadline !== undefined) plan.deadline = trouble.deadline;
      const revert = async () => {
        trouble.revert?.();
        done.push(`revert ${plan.spec.kind}`);
        return { startedAt: 1, at: 2, proof: 'gone' };
      };
      return {
        plan,
        injectedAt: { from: 0, to: 1 },
        effect: 'seen',
        revert,
        settle: async () => void done.push('settle'),
        [Symbol.asyncDispose]: async () => void (await revert()),
      };
    },
    bites: async () => trouble.bites?.(),
  };
  const events = eventLog(() => undefined);
  const nodesOf = async () => [];
  const faults = createFaults({
    lab: fakeLab(),
    run: 'run-1',
    events,
    nodesOf,
    allowAll: true,
    rehearse,
    hands,
    lookAround: async () => {
      looked.push(done.length);
      return { shop: { unread: 'on paper' } };
    },
  });
  return { faults, events, done, looked };
}

test('faults are known by their names, reverted latest first, and settled when all is over', async () => {
  const { faults, done } = onPaper();
  await faults.inject('link', LINK, {});
  await faults.inject('node', { kind: 'node-pause', cluster: 'east', node: 'east-worker' }, {});
  expect(faults.held()).toEqual(['link', 'node']);
  expect(await faults.revertAll()).toEqual([]);
  await faults.revert('link');
  await faults.settle();
  expect(done).toEqual([
    'inject link-partition',
    'inject node-pause',
    'revert node-pause',
    'revert link-partition',
    'settle',
    'settle',
  ]);
  expect(faults.records.map(({ proof }) => proof)).toEqual(['gone', 'gone']);
});

test('a rehearsal injects nothing, and says what it would have done', async () => {
  const { faults, events, done } = onPaper({}, true);
  await faults.inject('link', LINK, {});
  expect([done, faults.held()]).toEqual([[], []]);
  expect(events.all[0]?.text).toMatch(/not injected.*every packet from west .* to east/);
});

test('a fault that stopped biting is said once, with the reason', async () => {
  const { faults, events } = onPaper({
    bites: () => {
      throw new Error('no table');
    },
  });
  await faults.inject('link', LINK, {});
  await faults.watch();
  await faults.watch();
  expect(faults.records[0]?.stoppedBiting).toBe('no table');
  expect(events.all.filter(({ kind }) => kind === 'not-biting')).toHaveLength(1);
});

test('a fault whose dead-man is near is reverted by us', async () => {
  const { faults, done } = onPaper({ deadline: Date.now() + 5000 });
  await faults.inject('link', LINK, {});
  await faults.watch();
  expect(done).toEqual(['inject link-partition', 'revert link-partition']);
  expect(faults.held()).toEqual([]);
});

test('what cannot be reverted is told, and does not keep the others standing', async () => {
  let first = true;
  const { faults, done } = onPaper({
    revert: () => {
      if (!first) return;
      first = false;
      throw new Error('still there');
    },
  });
  await faults.inject('one', LINK, {});
  await faults.inject('two', LINK, {});
  expect(await faults.revertAll()).toEqual(['still there']);
  expect(done.at(-1)).toBe('revert link-partition');
});

test('timers are looked at before a fault, and not while another holds: what comes of both is not predicted', async () => {
  const { faults, looked } = onPaper();
  await faults.inject('link', LINK, {});
  await faults.inject('node', { kind: 'node-pause', cluster: 'east', node: 'east-worker' }, {});
  expect(looked).toEqual([0]);
  expect(faults.records.map(({ around }) => around)).toEqual([{ shop: { unread: 'on paper' } }, undefined]);
});
