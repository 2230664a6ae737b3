import { expect, test } from '@playwright/test';
import { samplePlan } from '../sample-plan.ts';
import { deadManCommand } from './in-node.ts';

test('the dead-man has the absolute deadline, and does the inverse and nothing else', () => {
  const inverse = ['nft', 'delete', 'table', 'inet', 'meshproof_x'];
  const command = deadManCommand(samplePlan(), inverse);
  expect(command).toContain('--on-calendar=2026-11-21 06:00:00 UTC');
  expect(command.slice(-5)).toEqual(inverse);
});
