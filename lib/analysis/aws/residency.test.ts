import { expect, test } from '@playwright/test';
import type { Observation } from '../../model/observation.ts';
import { strayedCalls } from './residency.ts';

function answered(region: string): Observation {
  const answeredBy = { cluster: `in-${region}`, region, zone: '', node: '', pod: '' };
  return { sequence: 0, intendedAt: 0, sentAt: 0, endedAt: 1, outcome: 'ok', answeredBy };
}

test('calls that are answered in another region than they may are counted, each way for itself', () => {
  const rule = { service: 'payments', regions: ['eu-central-1', 'eu-west-1'] };
  const home = [answered('eu-central-1'), answered('eu-west-1')];
  expect(strayedCalls(rule, [{ from: 'east', observations: home }])).toEqual([]);
  const away = [...home, answered('us-west-2'), answered('us-west-2')];
  expect(strayedCalls(rule, [{ from: 'east', observations: away }]).map(({ words }) => words)).toEqual([
    '2 of 4 calls of payments from east were answered by in-us-west-2 (us-west-2), and may not leave eu-central-1, eu-west-1',
  ]);
});
