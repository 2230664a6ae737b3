import { type SyntheticPlan, syntheticRecording } from '../analysis/synthetic.ts';
import type { Recording } from '../model/call-plan.ts';
import { samplePlan } from '../fault/sample-plan.ts';
import type { FaultRecord } from './faults.ts';
import type { Lab } from '../model/lab.ts';
import { parseScenario } from './load.ts';
import type { Ended } from './result.ts';
import type { Scenario } from './schema.ts';

/** A scenario of one probe and one fault, for tests. */
export const SAMPLE = `
name: sample
title: Something breaks
hypothesis: Nothing of it is felt.
probes:
  - { name: shop, from: west, steady: { errorRatio: 0.01, p99: 200ms }, during: { longestGap: 2s, errorSeconds: 3 } }
targets: { rto: 5s, rpo: 200 }
steps:
  - inject: { kind: link-partition, from: west, to: east }
    for: 10s
`;

/** Start of all recordings here. */
export const START = 1_000_000;

export function sampleScenario(text = SAMPLE): Scenario {
  return parseScenario(text, 'sample.yaml');
}

/** Forty seconds of calls at 50 a second. */
export function sampleRecording(treat: SyntheticPlan['treat']): Recording {
  return syntheticRecording({ seconds: 40, ratePerSecond: 50, startAt: START, treat });
}

/** A fault that was in place from one second of the recording to another. */
export function sampleFault(
  from: number,
  to: number | undefined,
  changes: Partial<FaultRecord> = {},
): FaultRecord {
  return {
    name: 'link',
    plan: samplePlan(),
    injectedAt: { from: START + from * 1000, to: START + from * 1000 + 100 },
    effect: '12 packets hit',
    revertedAt: to === undefined ? undefined : START + to * 1000,
    proof: to === undefined ? undefined : 'no table',
    stoppedBiting: undefined,
    ...changes,
  };
}

/** The end of a game day of the sample scenario in which nothing was felt. */
export function sampleEnded(lab: Lab, changes: Partial<Ended> = {}): Ended {
  return {
    loaded: { file: 'sample.yaml', scenario: sampleScenario() },
    lab,
    run: 'run-1',
    startedAt: 0,
    rehearse: false,
    events: [],
    faults: [sampleFault(10, 20)],
    recordings: new Map([['shop', sampleRecording(() => ({}))]]),
    troubles: [],
    aborted: undefined,
    stolen: undefined,
    ...changes,
  };
}
