import { expect, test } from '@playwright/test';
import { samplePlan } from '../sample-plan.ts';
import { droppedPackets, tableOf, tableText } from './nftables.ts';

const plan = samplePlan();

test('each fault has a table of its own, by a mark that a sweep knows', () => {
  expect(tableOf(plan)).toBe('meshproof_link_partition_0a1b2c3d');
});

test('the table holds the chains of the plan, and nothing else', () => {
  expect(tableText(plan, { chains: '  chain arrival {\n  }\n' })).toBe(
    'table inet meshproof_link_partition_0a1b2c3d {\n  chain arrival {\n  }\n}\n',
  );
});

test('dropped packets are read from the counter; no rule is no zero', () => {
  const list = (rules: object[]) => JSON.stringify({ nftables: [{ metainfo: {} }, ...rules] });
  expect(
    droppedPackets(
      list([{ rule: { expr: [{ match: {} }, { counter: { packets: 7, bytes: 420 } }, { drop: null }] } }]),
    ),
  ).toBe(7);
  expect(droppedPackets(list([]))).toBeUndefined();
});
