import { fakeLab } from '../../selftests/fake-lab.ts';
import type { RunManifest } from '../model/run.ts';
import type { RunVerdict, TestVerdict, Verdict } from '../model/verdict.ts';
import { assembleRunVerdict } from './verdict-file.ts';

/** A made-up test of the given verdict, for tests of the reports. */
export function sampleTest(verdict: Verdict, changes: Partial<TestVerdict> = {}): TestVerdict {
  return {
    id: `dns/cluster-ip: is ${verdict}`,
    capability: 'dns',
    title: `is ${verdict}`,
    verdict,
    reason: verdict === 'passed' ? '' : `because it is ${verdict}`,
    durationMs: 1234.5,
    figures: {},
    ...changes,
  };
}

/** A made-up run of the given tests: one minute on the environment `lab`. */
export function sampleRun(tests: readonly TestVerdict[]): RunVerdict {
  return assembleRunVerdict({
    manifest: { id: 'run-1', startedAt: '2026-01-01T00:00:00.000Z', lab: { environment: { name: 'lab' } } },
    endedAt: new Date('2026-01-01T00:01:00.000Z'),
    versions: { istio: '1.31.0', envoy: '1.39.0' },
    stages: { 'env up': 75.2, suites: 60 },
    tests,
  });
}

/** A made-up manifest of a run on the fake world, into a folder. */
export function sampleManifest(output: string, changes: Partial<RunManifest> = {}): RunManifest {
  return {
    id: 'run-1',
    command: 'meshproof verify',
    startedAt: '2026-01-01T00:00:00.000Z',
    seed: 1,
    output,
    lab: fakeLab(),
    stages: {},
    world: 'fake',
    ...changes,
  };
}
