import { type SyntheticPlan, syntheticRecording } from '../analysis/synthetic.ts';
import type { Recording } from '../model/call-plan.ts';
import { samplePlan } from '../fault/sample-plan.ts';
import type { FaultRecord } from './faults.ts';
import type { Lab } from '../model/lab.ts';
import { parseScenario } from './load.ts';
import type { Ended } from './result.ts';
import type { Scenario } from './schema.ts';
import type { Surroundings } from './surroundings.ts';

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
    preparedAt: START + from * 1000,
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
    clocks: [],
    gateways: undefined,
    troubles: [],
    aborted: undefined,
    stolen: undefined,
    ...changes,
  };
}

/** What a caller in west knows of payments, of which each cluster of the fake lab has a pod on its first worker. */
export function sampleSurroundings(): Surroundings {
  return {
    probe: 'shop',
    ratePerSecond: 50,
    caller: { cluster: 'west', node: 'west-worker2' },
    service: { name: 'payments', namespace: 'meshproof-mesh' },
    live: {
      timers: {
        tryTimeoutMs: 1000,
        connectTimeoutMs: 1000,
        retries: 2,
        outlierDetection: {
          consecutiveErrors: 5,
          intervalMs: 1000,
          baseEjectionMs: 10_000,
          maxEjectionPercent: 99,
        },
      },
      endpoints: [
        { address: '192.0.2.11', weight: 1 },
        { address: '192.0.2.12', weight: 1 },
        { address: '10.2.0.1', weight: 2 },
      ],
    },
    pods: [
      { cluster: 'east', node: 'east-worker', address: '10.1.0.1' },
      { cluster: 'west', node: 'west-worker', address: '10.2.0.1' },
    ],
    pushDelay: { afterMs: 100, atMostMs: 10_000 },
    nodeGrace: { east: { graceMs: 50_000, periodMs: 5000 }, west: { graceMs: 50_000, periodMs: 5000 } },
  };
}
