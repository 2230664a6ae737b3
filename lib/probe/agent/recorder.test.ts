import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@playwright/test';
import type { Observation } from '../../model/observation.ts';
import { createRecorder } from './recorder.ts';

const EAST = { cluster: 'east', region: 'east', zone: 'a', node: 'n', pod: 'p' };
const WEST = { cluster: 'west', region: 'west', zone: 'a', node: 'n', pod: 'p' };
const at = (sequence: number): Observation => ({
  sequence,
  intendedAt: 1_795_000_000_000 + sequence * 2.5,
  sentAt: 1_795_000_000_000.25 + sequence * 2.5,
  endedAt: 1_795_000_000_003.125 + sequence * 2.5,
  ...(sequence % 50 === 0
    ? { outcome: 'deadline', detail: 'no answer' }
    : { outcome: 'ok', answeredBy: sequence % 2 === 0 ? EAST : WEST, identitySeen: 'spiffe://x' }),
});

test('what was put comes back, call by call, in whatever order it ended', () => {
  const recorder = createRecorder(101);
  for (let sequence = 100; sequence >= 0; sequence--) {
    expect(recorder.has(sequence)).toBe(false);
    recorder.put(structuredClone(at(sequence)));
    expect(recorder.has(sequence)).toBe(true);
  }
  expect(recorder.read(0, 101)).toEqual(Array.from({ length: 101 }, (_, sequence) => at(sequence)));
  expect(recorder.read(7, 9).map(({ sequence }) => sequence)).toEqual([7, 8]);
  expect(recorder.read(9, 9)).toEqual([]);
});

test('a call that has not ended cannot be read as one', () => {
  const recorder = createRecorder(2);
  recorder.put(at(1));
  expect(() => recorder.read(0, 2)).toThrow('no record of call 0');
});

test('a recording grows by less than 100 bytes a call', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const used = () => {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const count = 500_000;
  const before = used();
  const recorder = createRecorder(count);
  for (let sequence = 0; sequence < count; sequence++) recorder.put(structuredClone(at(sequence)));
  const each = (used() - before) / count;
  test.info().annotations.push({ type: 'bytes a call', description: each.toFixed(1) });
  expect(recorder.has(count - 1)).toBe(true);
  expect(each).toBeLessThan(100);
});
