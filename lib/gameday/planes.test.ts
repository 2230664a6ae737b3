import { expect, test } from '@playwright/test';
import type { ProbeFindings } from './judge.ts';
import { planesOf, probeWords } from './planes.ts';
import { SAMPLE, sampleScenario } from './sample.ts';

const PROBES = `probes:
  - { name: shop, from: west, steady: { errorRatio: 0, p99: 1s } }
  - { name: names, plane: dns, from: west, steady: { errorRatio: 0, p99: 1s } }
  - { name: api, plane: api, from: west, steady: { errorRatio: 0, p99: 1s } }
  - { name: pushes, plane: control, from: west, changesIn: east, steady: { errorRatio: 0, p99: 5s } }
  - { name: leaves, plane: certificates, from: west, steady: { errorRatio: 0, p99: 1s } }
targets:`;
const scenario = sampleScenario(SAMPLE.replace(/probes:[\s\S]*targets:/, PROBES));

const words = (found: Partial<ProbeFindings>) =>
  planesOf(
    scenario,
    scenario.probes.map(({ name }) => ({
      ...({ failed: 0, outcomes: {}, longestGapMs: 0 } as unknown as ProbeFindings),
      probe: name,
      ...found,
    })),
  ).map(({ plane, words: said }) => `${plane}: ${said}`);

test('a plane that stopped says for how long, beside one that did not', () => {
  expect(words({ failed: 0, stoppedMs: 300 })).toEqual([
    'data plane: no call lost',
    'name resolution: every name was resolved',
    'API server: took every connection',
    'control plane: pushes went on, the slowest change was seen after 300 ms',
    'certificates: valid, and renewed every 300 ms at the longest',
  ]);
  expect(words({ failed: 20, stoppedMs: 41_000, longestGapMs: 2000 })).toEqual([
    'data plane: 20 calls lost, none answered for up to 2 s',
    'name resolution: 20 lookups failed, none answered for up to 2 s',
    'API server: 20 connections failed, none answered for up to 2 s',
    'control plane: pushes stopped for 41 s',
    'certificates: no new certificate for 41 s',
  ]);
});

test('a wrong identity is not said to be a renewal that did not come', () => {
  expect(words({ failed: 3, stoppedMs: 1000, outcomes: { identity: 2 } }).at(-1)).toBe(
    'certificates: 2 handshakes showed a wrong identity',
  );
});

test('a plan says of each probe what it does to the mesh', () => {
  const [, , , pushes, leaves] = scenario.probes.map((probe) => probeWords(probe, (name) => name));
  expect(pushes).toBe('0.5 changes/s in east, until a proxy in west has them');
  expect(leaves).toMatch(/^1 handshakes\/s with a workload of west/);
});
