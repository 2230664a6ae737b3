import { expect, test } from '@playwright/test';
import type { Observation } from '../model/observation.ts';
import { answersWrong } from './discovery-answers.ts';

function answered(cluster: string, pod: string): Observation {
  const place = { cluster, region: '', zone: '', node: '', pod };
  return { sequence: 0, intendedAt: 0, sentAt: 0, endedAt: 1, outcome: 'ok', answeredBy: place };
}
const east = answered('east', 'payments-1-a');
const west = answered('west', 'payments-2-b');
const both = { clusters: ['east', 'west'], app: 'payments' };

test('all expected clusters and only their pods: nothing is wrong', () => {
  expect(answersWrong([east, west, east], both)).toEqual([]);
});

test('a cluster that never answers is named', () => {
  expect(answersWrong([east, east], both)).toEqual(['west answered none of 2 calls']);
});

test('a cluster that must not answer is named', () => {
  expect(answersWrong([east, west], { ...both, clusters: ['east'] })).toEqual([
    'west answered and should not',
  ]);
});

test("another workload's pod that answers is named: its calls all succeed", () => {
  const stranger = answered('west', 'tolerant-9-z');
  expect(answersWrong([east, west, stranger], both)).toEqual([
    'tolerant-9-z in west answered, which is no pod of payments',
  ]);
});

test('one pod is meant, and a sibling answers', () => {
  const expected = { clusters: ['east'], app: 'crew', pod: 'crew-0' };
  expect(answersWrong([answered('east', 'crew-0'), answered('east', 'crew-1')], expected)).toEqual([
    'crew-1 in east answered, which is no pod of crew-0',
  ]);
});

test('failed calls are counted by how they ended; what the agent could not send is not', () => {
  const reset: Observation = { ...east, outcome: 'reset' };
  const unsent: Observation = { ...east, outcome: 'deadline', agentFault: true };
  expect(answersWrong([east, west, reset, unsent], both)).toEqual(['1 of 3 calls ended as reset']);
});
