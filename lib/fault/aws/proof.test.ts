import { expect, test } from '@playwright/test';
import type { AwsChange } from '../../model/aws-fault.ts';
import { differences, holds, keyOf, missingEffect } from './proof.ts';

const object = {
  kind: 'route-table' as const,
  id: 'rtb-1',
  place: { account: { name: 'default', deny: [] }, region: 'eu-central-1' },
};
const call = { service: 'ec2' as const, action: 'x', input: {} };
const change: AwsChange = {
  object,
  cluster: 'east',
  does: call,
  undoes: call,
  adds: ['new'],
  removes: ['old'],
};
const states = (...lines: string[]) => new Map([[keyOf(object), lines]]);
const before = [{ object, lines: ['old', 'other'] }];
const told = (...lines: string[]) => differences({ changes: [change], before }, states(...lines));

test('an effect is there when all that it adds is, and nothing that it removes', () => {
  expect(missingEffect([change], states('new', 'other'))).toEqual([]);
  expect(missingEffect([change], states('new', 'old'))[0]).toContain('still there: old');
  expect(missingEffect([change], states('other'))[0]).toContain('not there: new');
});

test('a change that holds in part only is taken back too', () => {
  expect(holds(change, ['new', 'old'])).toBe(true);
  expect(holds(change, ['other'])).toBe(true);
  expect(holds(change, ['old', 'other'])).toBe(false);
});

test('what is left, and what is gone, is wrong; what others have added is theirs', () => {
  expect(told('old', 'other')).toEqual({ wrong: [], foreign: [] });
  expect(told('old', 'other', 'new').wrong[0]).toContain('left: new');
  expect(told('old').wrong[0]).toContain('gone: other');
  expect(told('old', 'other', 'theirs')).toEqual({
    wrong: [],
    foreign: [expect.stringContaining('added by somebody else meanwhile: theirs')],
  });
});
