import { expect, test } from '@playwright/test';
import { samplePlan } from '../sample-plan.ts';
import { dropRuleset, droppedPackets, tableOf } from './nftables.ts';

const plan = samplePlan();

test('each fault has a table of its own, by a mark that a sweep knows', () => {
  expect(tableOf(plan)).toBe('meshproof_link_partition_0a1b2c3d');
});

test('the ruleset drops what comes from the sources, and nothing else, and counts it', () => {
  const rules = dropRuleset(plan);
  expect(rules).toContain('ip saddr { 192.0.2.1, 192.0.2.2 } counter drop');
  expect(rules).toContain('policy accept');
  expect(rules.match(/drop/g)).toHaveLength(1);
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
