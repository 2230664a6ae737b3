import type { Environment } from '../model/environment.ts';
import type { MeshCanary } from '../mesh/contracts.ts';
import type { PlannedTest } from '../model/run.ts';
import type { MeshSettings, MeshSide } from '../model/upgrade.ts';
import { canaryChanges, lastingChanges } from '../run/preview-changes.ts';
import type { ComparisonDesign, GatePart } from './options.ts';
import { sideLabel } from './sides.ts';
import { trafficPaths } from './traffic.ts';
import { planUpgrade, stepWords } from './upgrade-plan.ts';

/** What is planned, and how to read the values that a side names. */
export interface GatePreview {
  from: MeshSide;
  to: MeshSide;
  tests: readonly PlannedTest[];
  skip: readonly GatePart[];
  rounds: { identical: number; most: number };
  comparison: ComparisonDesign;
  /** How the mesh gets a second control plane; undefined where it cannot have one. */
  canary: Pick<MeshCanary, 'what'> | undefined;
  values: (file: string) => NonNullable<MeshSettings['values']>;
}

/** What `meshproof gate` would do, in words, in its order. Calls nothing and changes nothing; throws a `usage` error for a bad file of values. */
export function previewGate(
  { name, clusters }: Pick<Environment, 'name' | 'clusters'>,
  { from, to, tests, skip, rounds, comparison, canary, values }: GatePreview,
): string[] {
  const wanted = (part: GatePart) => !skip.includes(part);
  const settings = (side: MeshSide): MeshSettings =>
    side.kind === 'values'
      ? { values: values(side.file) }
      : side.kind === 'envoy' || side.kind === 'proxy-image'
        ? { proxyImage: sideLabel(side) }
        : side.kind === 'version'
          ? { release: { version: side.version, hub: '', tag: side.version, installer: '' } }
          : {};
  const names = clusters.map((cluster) => cluster.name);
  const stage = { clusters: names, callers: names };
  const { upgrade, rollback } = planUpgrade(names, { from: settings(from), to: settings(to) });
  const faults = tests.filter(({ phase }) => phase === 'disruptive').length;
  const promises = `${tests.length} tests${faults > 0 ? `, ${faults} of them with a fault` : ''}`;
  const underCalls = wanted('traffic')
    ? `, while ${trafficPaths(names).length} paths are called without a break`
    : '';
  const inBlocks = wanted('comparison') && (comparison === 'before-after' || canary === undefined);
  const block = (side: MeshSide, why = '') =>
    `measure at most ${rounds.most} rounds of ${sideLabel(side)} alone${why === '' ? '' : `: ${why}`}`;
  const steps = (all: typeof upgrade) => all.map((step) => `  ${stepWords(step)}`);
  return [
    `in ${name}: from ${sideLabel(from)} to ${sideLabel(to)}`,
    ...(wanted('preflight') ? ['look at versions, resource definitions and fields in use'] : []),
    ...(from.kind === 'current' ? [] : [`give every cluster ${sideLabel(from)}`]),
    ...(wanted('conformance') ? [`hold ${sideLabel(from)} to its promises: ${promises}`] : []),
    ...(wanted('comparison') && !inBlocks
      ? [
          `add a second control plane with ${sideLabel(to)} to every cluster, compare ${rounds.identical} rounds of identical sides and at most ${rounds.most} of both, and remove it; where ${sideLabel(to)} cannot be a second one, compare before and after the upgrade and after the way back`,
        ]
      : []),
    ...(inBlocks ? [block(from, 'the A/A is made of its halves')] : []),
    ...(wanted('traffic') || wanted('conformance') || inBlocks
      ? [`upgrade${underCalls}:`, ...steps(upgrade)]
      : []),
    ...(inBlocks ? [block(to)] : []),
    ...(wanted('conformance') ? [`hold ${sideLabel(to)} to the same promises`] : []),
    ...(wanted('traffic') || inBlocks ? [`go back${underCalls}:`, ...steps(rollback)] : []),
    ...(inBlocks ? [block(from, 'drift of the machine shows')] : []),
    'give the mesh back as it was installed, and decide',
    ...(wanted('conformance') ? lastingChanges(tests, stage) : []),
    ...(wanted('comparison') && canary && !inBlocks ? [canaryChanges(canary, stage)] : []),
  ];
}
