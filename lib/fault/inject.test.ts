import { expect, test } from '@playwright/test';
import { MeshproofError } from '../support/errors.ts';
import { endFault, injectFault, revertFault } from './inject.ts';
import { openFaults, readJournal } from './journal.ts';
import type { Mechanism } from './mechanism.ts';
import { samplePlan } from './sample-plan.ts';

const plan = samplePlan();

/** Records what is done to it; fails where it is told to. */
function fakeMechanism(failAt?: keyof Mechanism, kind: 'inconclusive' | 'environment' = 'environment') {
  const done: string[] = [];
  const step = (name: keyof Mechanism) => async () => {
    done.push(name);
    if (name === failAt) throw new MeshproofError(kind, `${name} failed`);
    return name;
  };
  const mechanism: Mechanism = {
    arm: step('arm'),
    inject: async () => void (await step('inject')()),
    proveEffect: step('proveEffect'),
    revert: async () => void (await step('revert')()),
    proveRevert: step('proveRevert'),
    disarm: async () => void (await step('disarm')()),
  };
  return { mechanism, done };
}

test('journal, dead-man, injection, proof; then revert, proof, disarm', async ({}, info) => {
  const journal = info.outputPath('journal.jsonl');
  const { mechanism, done } = fakeMechanism();
  const fault = await injectFault(plan, { mechanism, journal });
  expect(done).toEqual(['arm', 'inject', 'proveEffect']);
  expect(readJournal(journal).map(({ step }) => step)).toEqual([
    'intent',
    'armed',
    'inject',
    'effect-proven',
  ]);
  await fault.revert();
  expect(done.slice(3)).toEqual(['revert', 'proveRevert', 'disarm']);
  expect(openFaults(readJournal(journal))).toEqual([]);
});

test('what eased the return is taken back when it is asked for, and not before', async ({}, info) => {
  const { mechanism, done } = fakeMechanism();
  const settle = async () => void done.push('settle');
  const eased = { ...mechanism, settle };
  const fault = await injectFault(plan, { mechanism: eased, journal: info.outputPath('journal.jsonl') });
  await fault.revert();
  expect(done).not.toContain('settle');
  await fault.settle();
  expect(done.at(-1)).toBe('settle');
});

test('a fault that is ended by its plan alone leaves nothing that eased its return', async ({}, info) => {
  const { mechanism, done } = fakeMechanism();
  const eased = { ...mechanism, settle: async () => void done.push('settle') };
  await endFault(plan, { mechanism: eased, journal: info.outputPath('journal.jsonl') });
  expect(done).toEqual(['revert', 'proveRevert', 'disarm', 'settle']);
});

test('what eased the return does not outlive a fault that is disposed, or that failed on the way', async ({}, info) => {
  for (const failAt of [undefined, 'proveEffect'] as const) {
    const { mechanism, done } = fakeMechanism(failAt);
    const eased = { ...mechanism, settle: async () => void done.push('settle') };
    const injecting = injectFault(plan, { mechanism: eased, journal: info.outputPath(`${failAt}.jsonl`) });
    await injecting.then((fault) => fault[Symbol.asyncDispose]()).catch(() => undefined);
    expect(done.slice(-2), failAt ?? 'disposed').toEqual(['disarm', 'settle']);
  }
});

test('a second revert does nothing', async ({}, info) => {
  const { mechanism, done } = fakeMechanism();
  const fault = await injectFault(plan, { mechanism, journal: info.outputPath('journal.jsonl') });
  await fault.revert();
  await fault[Symbol.asyncDispose]();
  expect(done.filter((name) => name === 'revert')).toHaveLength(1);
});

test('without a confirmed dead-man nothing is injected', async ({}, info) => {
  const { mechanism, done } = fakeMechanism('arm');
  await expect(injectFault(plan, { mechanism, journal: info.outputPath('journal.jsonl') })).rejects.toThrow(
    'arm failed',
  );
  expect(done).not.toContain('inject');
});

test('without a journal nothing is armed and nothing injected', async () => {
  const { mechanism, done } = fakeMechanism();
  await expect(injectFault(plan, { mechanism, journal: '/dev/full' })).rejects.toThrow(/ENOSPC/);
  expect(done).toEqual([]);
});

test('a fault without an effect is reverted, and inconclusive', async ({}, info) => {
  const journal = info.outputPath('journal.jsonl');
  const { mechanism, done } = fakeMechanism('proveEffect', 'inconclusive');
  await expect(injectFault(plan, { mechanism, journal })).rejects.toMatchObject({ kind: 'inconclusive' });
  expect(done.slice(-3)).toEqual(['revert', 'proveRevert', 'disarm']);
  expect(openFaults(readJournal(journal))).toEqual([]);
});

test('a revert that cannot be proven leaves the fault open and its dead-man armed', async ({}, info) => {
  const journal = info.outputPath('journal.jsonl');
  const { mechanism, done } = fakeMechanism('proveRevert');
  const fault = await injectFault(plan, { mechanism, journal });
  await expect(fault.revert()).rejects.toMatchObject({ kind: 'environment' });
  expect(done).not.toContain('disarm');
  expect(openFaults(readJournal(journal))).toEqual([plan]);
});

test('a disk that fills up meanwhile does not keep a fault standing', async () => {
  const { mechanism, done } = fakeMechanism();
  await revertFault(plan, { mechanism, journal: '/dev/full' });
  expect(done).toEqual(['revert', 'proveRevert', 'disarm']);
});
