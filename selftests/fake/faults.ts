import { join } from 'node:path';
import { type ActiveFault, injectFault } from '../../lib/fault/inject.ts';
import type { Mechanism } from '../../lib/fault/mechanism.ts';
import { planFault } from '../../lib/fault/plan.ts';
import type { SuiteSpec } from '../../lib/model/fault.ts';
import type { RunManifest } from '../../lib/model/run.ts';
import { MeshproofError } from '../../lib/support/errors.ts';
import { isPlanted } from './defects.ts';
import type { FakeFault, FakeWorld } from './world.ts';

/** A way through the fake world, to a node. */
interface Path {
  from: string;
  to: string;
  node: string;
}

/** True when a fault cuts the path at that time. */
export function faultAt(world: FakeWorld, at: number, path: Path): boolean {
  return world.faults.some((fault) => cuts(fault.spec, path) && at >= fault.from && at < fault.to);
}

/** The last fault that cut the path before then, over or not. */
export function lastFaultBefore(world: FakeWorld, at: number, path: Path): FakeFault | undefined {
  return world.faults.findLast((fault) => cuts(fault.spec, path) && fault.from <= at);
}

function cuts(spec: SuiteSpec, { from, to, node }: Path): boolean {
  switch (spec.kind) {
    case 'node-kill':
      return spec.cluster === to && spec.node === node;
    case 'link-partition':
      return spec.from === from && spec.to === to;
    case 'health-check-inversion':
      return false;
  }
}

/** Carries a fault out with the product's own order of steps and journal; only the mechanism is ours. */
export async function injectFake(
  world: FakeWorld,
  { id: run, output }: RunManifest,
  spec: SuiteSpec,
  lastsMs: number,
): Promise<ActiveFault> {
  const { clock } = world;
  const plan = planFault(spec, world.lab, { run, lastsMs });
  const from = clock.now();
  let reverting = from;
  const mechanism = mechanismIn(world, spec, () => (reverting = clock.now()));
  const active = await injectFault(plan, { mechanism, journal: join(output, 'journal.jsonl') });
  const to = world.faults.at(-1)?.from ?? clock.now();
  const revert = async () => {
    const reverted = await active.revert();
    return { ...reverted, startedAt: reverting, at: clock.now() };
  };
  return { ...active, injectedAt: { from, to }, revert };
}

function mechanismIn(world: FakeWorld, spec: SuiteSpec, onRevert: () => void): Mechanism {
  const { clock } = world;
  return {
    arm: async () => 'a dead-man that nobody needs: the world ends with its process',
    inject: async () => {
      await clock.sleep(50);
      world.faults.push({ spec, from: clock.now(), to: Number.POSITIVE_INFINITY });
    },
    proveEffect: async () => {
      await clock.sleep(500);
      if (!isPlanted('fault-has-no-effect')) return 'seen in the fake world';
      throw new MeshproofError('inconclusive', 'the fault was not seen to take effect');
    },
    revert: async () => {
      onRevert();
      await clock.sleep(100);
      const fault = world.faults.findLast((one) => one.spec === spec);
      if (fault && !isPlanted('revert-fails')) fault.to = clock.now();
    },
    proveRevert: async () => {
      await clock.sleep(300);
      if (!isPlanted('revert-fails')) return 'gone from the fake world';
      throw new MeshproofError('environment', 'the rules are still there');
    },
    disarm: async () => {},
  };
}
