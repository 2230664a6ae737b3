import type { MeshCanary } from '../mesh/contracts.ts';
import type { PlannedTest } from '../model/run.ts';
import { SIDE_NAMESPACES } from './areas/sides.ts';
import { GUEST } from './guest-spec.ts';

/** Clusters of a run, and those of them that calls are made from. */
export interface Stage {
  clusters: readonly string[];
  callers: readonly string[];
}

/**
 * What single suites change beyond calls and objects in Meshproof's own namespaces, by suite (`<capability>/<file>`). All of
 * it is put back when the test ends, and by every sweep.
 */
export const LASTING_CHANGES: Record<string, (stage: Stage) => string> = {
  'discovery/join-and-leave': ({ clusters }) =>
    `make one more cluster, ${GUEST} (one node), peer it with ${list(clusters)}, end the peering, and remove it`,
  'dns/resolver-restart': ({ callers }) =>
    `restart the cluster DNS (CoreDNS) of ${list(callers)}, one pod after another`,
  'mtls/rotation-intermediate': ({ clusters }) =>
    `replace the intermediate that signs in ${list(clusters.slice(-1))}, and give it its own back`,
  'mtls/rotation-root': ({ clusters }) =>
    `let ${list(clusters)} trust a second root, sign with it in each of them, give each its own signer back, and withdraw the root`,
  'mtls/wire': ({ clusters }) =>
    `listen to the packets on nodes of ${list(clusters)} for a marker of our own; no packet is kept`,
};

/** A line for each lasting change that one of these tests makes. */
export function lastingChanges(tests: readonly PlannedTest[], stage: Stage): string[] {
  return Object.entries(LASTING_CHANGES).flatMap(([suite, words]) =>
    tests.some(({ id }) => isOf(id, suite)) ? [`change (${suite}): ${words(stage)}`] : [],
  );
}

/** What a second control plane changes in clusters until it is removed again, and who uses it. */
export function canaryChanges(
  { what }: Pick<MeshCanary, 'what'>,
  { clusters }: Pick<Stage, 'clusters'>,
): string {
  return `change (canary): add to ${list(clusters)} ${what}; it serves ${SIDE_NAMESPACES.to} alone, and goes with it`;
}

/** True when a test's id is of this suite. */
export function isOf(id: string, suite: string): boolean {
  return id.startsWith(`${suite}: `);
}

function list(names: readonly string[]): string {
  return names.join(', ');
}
