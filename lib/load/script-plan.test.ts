import { expect, test } from '@playwright/test';
import type { LoadArm } from '../model/load.ts';
import { plannedCalls, planSeconds, scriptPlan, turnsInOrder } from './script-plan.ts';

const arms: LoadArm[] = [
  { name: 'mesh', protocol: 'http', host: 'ledger', port: 8080 },
  { name: 'no mesh', protocol: 'websocket', host: '10.0.0.1', port: 18_080 },
];
const shape = { kind: 'constant', ratePerSecond: 100, seconds: 12 } as const;

test('turns go to and fro, one after another, and add up to the shape for each side', () => {
  expect(turnsInOrder(2, 3)).toEqual([0, 1, 1, 0, 0, 1]);
  const { scenarios } = scriptPlan({ arms, shape, turns: 2 });
  const loads = Object.entries(scenarios).filter(([name]) => name.startsWith('load-'));
  expect(loads.map(([, { startTime, env }]) => [startTime, env?.['ARM']])).toEqual([
    ['3s', '0'],
    ['9s', '1'],
    ['15s', '1'],
    ['21s', '0'],
  ]);
  for (const [, scenario] of loads)
    expect(scenario).toMatchObject({ executor: 'constant-arrival-rate', rate: 100, duration: '6s' });
  expect(plannedCalls({ arms, shape, turns: 2 })).toBe(1200);
  expect(planSeconds({ arms, shape, turns: 2 })).toBe(3 + 24 + 5);
});

test('connections are set up beside the load, save where each call does it anyway', () => {
  const names = (plan: Parameters<typeof scriptPlan>[0]) => Object.keys(scriptPlan(plan).scenarios);
  expect(names({ arms, shape })).toEqual(['warmup', 'load-0', 'connects-0', 'load-1']);
  expect(names({ arms, shape, connection: 'fresh' })).toEqual(['warmup', 'load-0', 'load-1']);
});

test('the warm-up takes every caller that a turn may get, those of the turn before included', () => {
  const vus = (plan: Parameters<typeof scriptPlan>[0]) => scriptPlan(plan).scenarios['warmup'];
  expect(vus({ arms: arms.slice(0, 1), shape })).toMatchObject({
    executor: 'per-vu-iterations',
    vus: 25 + 5,
  });
  expect(vus({ arms, shape })).toMatchObject({ vus: 25 + 5 + 25 });
  const tooFew = { ...shape, ratePerSecond: 4 };
  expect(vus({ arms: arms.slice(1), shape: tooFew })).toMatchObject({ vus: 5 });
});

test('ramps, spikes and soaks become stages of k6', () => {
  const ramp = { kind: 'ramp', fromPerSecond: 10, toPerSecond: 200, seconds: 60 } as const;
  expect(scriptPlan({ arms, shape: ramp }).scenarios['load-0']).toMatchObject({
    executor: 'ramping-arrival-rate',
    startRate: 10,
    stages: [{ target: 200, duration: '60s' }],
    preAllocatedVUs: 50,
  });
});

test('k6 is asked for each value while there are few, and never for more than it can tell', () => {
  expect(scriptPlan({ arms, shape }).points).toBe(1200);
  expect(scriptPlan({ arms, shape: { ...shape, seconds: 7200 } }).points).toBe(10_000);
});
