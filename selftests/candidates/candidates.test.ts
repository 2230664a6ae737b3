import { existsSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { stageHashes } from '../../lib/environment/kind/images/stage.ts';
import { sourceStages } from '../../lib/environment/kind/images/source/index.ts';
import { comparisonFindings } from '../../lib/gate/findings.ts';
import { trafficFindings } from '../../lib/gate/traffic-findings.ts';
import { sampleComparison, sampleDropped, samplePath } from '../../lib/gate/sample.ts';
import { parseSide, sideLabel } from '../../lib/gate/sides.ts';
import { istioUpgrade } from '../../lib/mesh/istio/upgrade.ts';
import type { GateFinding } from '../../lib/model/gate.ts';
import { readValues } from '../../lib/run/mesh-settings.ts';
import { PLANTED_CANDIDATES, plantedCandidate } from './index.ts';
import { badProxyPlan } from './images.ts';

for (const { id, made } of PLANTED_CANDIDATES) {
  test(`${id} is a side that a user can name`, () => {
    if ('values' in made) {
      expect(existsSync(made.values)).toBe(true);
      expect(parseSide(`values:${made.values}`)).toEqual({ kind: 'values', file: made.values });
      expect(() => istioUpgrade.checkValues(readValues(made.values))).not.toThrow();
      return;
    }
    const { ref } = badProxyPlan({}, id, made.defect);
    expect(sideLabel(parseSide(`proxy-image:${ref}`))).toBe(`proxy-image:${ref}`);
  });
}

test("a bad proxy's name tells its content, and the images of environments stay as they are", () => {
  const { stages, ref } = badProxyPlan({}, 'slow-hop', 'DELAY_MS=8');
  expect(badProxyPlan({}, 'slow-hop', 'DELAY_MS=9').ref).not.toBe(ref);
  const hashes = stageHashes(stages);
  for (const [name, hash] of stageHashes(sourceStages({}).stages)) expect(hashes.get(name)).toBe(hash);
});

test('an unknown name is refused with those that there are', () => {
  expect(() => plantedCandidate('slow')).toThrow(/slow-hop/);
});

/** Does a gate that found this give the reason for which the candidate was planted? */
function isRight(id: string, findings: readonly GateFinding[]): boolean {
  return plantedCandidate(id).reasons.some(({ source, says }) =>
    findings.some((one) => one.weight === 'against' && one.source === source && says.test(one.words)),
  );
}

const path = 'cross-cluster http';
const comparedWith = (metric: 'p50' | 'errors', change: object) =>
  comparisonFindings(sampleComparison(samplePath(path, (one) => (one === metric ? change : {}))));
const lost = (phase: 'upgrade' | 'rollback') =>
  trafficFindings({
    phases: [
      { phase: 'upgrade', calls: 1000, ended: [] },
      { phase: 'rollback', calls: 1000, ended: [] },
    ],
    dropped: [sampleDropped({ phase })],
  });

test('the reasons are those in the words of a gate, and no others', () => {
  const slow = comparedWith('p50', { ratio: 1.8 });
  const failing = comparedWith('errors', { to: 0.002 });
  const same = comparedWith('p50', {});
  expect([slow, failing, same].map((found) => isRight('slow-hop', found))).toEqual([true, false, false]);
  expect([slow, failing, same].map((found) => isRight('few-resets', found))).toEqual([false, true, false]);
  expect([lost('rollback'), lost('upgrade')].map((found) => isRight('drain-resets', found))).toEqual([
    true,
    false,
  ]);
  expect([lost('rollback'), lost('upgrade')].map((found) => isRight('few-resets', found))).toEqual([
    false,
    true,
  ]);
  const promise = (words: string): GateFinding[] => [{ source: 'conformance', weight: 'against', words }];
  const open = promise('mtls/plaintext: turned away failed on the candidate (passed before): east answered');
  const gone = promise('discovery/shared-service: all answer failed on the candidate (passed before)');
  expect([open, gone].map((found) => isRight('plaintext-accepted', found))).toEqual([true, false]);
  expect([open, gone].map((found) => isRight('remote-endpoints-gone', found))).toEqual([false, true]);
});
