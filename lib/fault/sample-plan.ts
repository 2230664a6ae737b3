import type { FaultPlan } from '../model/fault-plan.ts';

/** A plan for tests; nothing in it exists. */
export function samplePlan(changes: Partial<FaultPlan> = {}): FaultPlan {
  return {
    id: 'link-partition-0a1b2c3d',
    run: 'run-1',
    environment: 'sample',
    spec: { kind: 'link-partition', from: 'west', to: 'east' },
    mechanism: 'nftables',
    targets: [
      { cluster: 'east', node: 'east-worker', container: 'east-worker', chains: '  chain arrival {}\n' },
    ],
    knocks: [],
    blastRadius: 'every packet from west to east',
    deadline: Date.UTC(2026, 10, 21, 6, 0, 0),
    access: { by: 'engine', dockerHost: 'unix:///nonexistent.sock', network: 'none' },
    ...changes,
  };
}
