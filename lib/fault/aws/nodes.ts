import { runningInGroup } from '../../aws/fault-state.ts';
import { instanceLine } from '../../aws/state-lines.ts';
import type { AwsPlace } from '../../model/aws.ts';
import type { AwsApiCall, AwsChange } from '../../model/aws-fault.ts';

import { MeshproofError } from '../../support/errors.ts';
import type { Mechanism } from '../mechanism.ts';
import { awsApi, harmOf, statesOf, takeBack } from './mechanism.ts';
import { keyOf, objectsOf } from './proof.ts';
import { settled } from './settled.ts';

/** An instance that starts, or that a node group brings in place of one, is there within this time. */
const BACK_WITHIN_MS = 600_000;

/** What stops or terminates the instance that a node is; tags of its node group, where it has one. Pure. */
export function changesOfNode(
  kind: 'node-kill' | 'node-reboot' | 'node-terminate',
  { cluster, place }: { cluster: string; place: AwsPlace },
  { id, state, groups }: { id: string; state: string; groups: Readonly<Record<string, string>> },
): { changes: AwsChange[]; tags?: Readonly<Record<string, string>> } {
  if (state !== 'running') throw new MeshproofError('inconclusive', `the instance ${id} is ${state} already`);
  const tags = Object.keys(groups).length > 0 ? groups : undefined;
  if (kind === 'node-terminate' && !tags)
    throw new MeshproofError(
      'usage',
      `nobody would bring another in place of ${id}: it is of no managed node group`,
      {
        nextStep: 'use node-kill, which starts it again',
      },
    );
  const call = (action: string, input: object = {}): AwsApiCall => ({
    service: 'ec2',
    action,
    input: { InstanceIds: [id], ...input },
  });
  const change = {
    object: { kind: 'instance' as const, id, place },
    cluster,
    removes: [instanceLine('running')],
  };
  const changes: AwsChange[] =
    kind === 'node-terminate'
      ? [{ ...change, does: call('terminateInstances'), adds: [instanceLine('terminated')] }]
      : [
          {
            ...change,
            does: call('stopInstances', kind === 'node-kill' ? { Force: true } : {}),
            undoes: call('startInstances'),
            adds: [instanceLine('stopped')],
          },
        ];
  return { changes, ...(tags ? { tags } : {}) };
}

/**
 * Stops, starts and terminates instances. The Auto Scaling group of a managed node group takes one that is stopped for
 * unhealthy, and brings another in its place (AWS FIS actions reference, aws:ec2:stop-instances,
 * completeIfInstancesTerminated): then that is the revert, proven by as many instances of the group that run as before.
 */
export const ec2Nodes: Mechanism = {
  ...awsApi,
  async arm(plan) {
    const { changes, group } = harmOf(plan);
    if (changes.some(({ undoes }) => undoes)) return awsApi.arm(plan);
    return `no schedule: nothing brings a terminated instance back; its node group (${groupWords(group?.tags)}) had ${group?.running} and brings another`;
  },
  async proveEffect(plan) {
    const { changes, group } = harmOf(plan);
    if (!group) return awsApi.proveEffect(plan);
    const objects = objectsOf(changes);
    let words: string[] = [];
    await settled(
      'the effect',
      async () => {
        const states = await statesOf(objects);
        words = objects.map((object) => `${keyOf(object)}: ${states.get(keyOf(object))?.join() || 'gone'}`);
        const bites = changes.every((change) => {
          const lines = states.get(keyOf(change.object)) ?? [];
          // One that its group has given up meanwhile is not stopped any more, and as gone.
          return [...change.adds, ...GONE].some((line) => lines.includes(line)) || lines.length === 0;
        });
        return bites ? [] : words;
      },
      { withinMs: 300_000, kind: 'inconclusive' },
    );
    return words.join('\n');
  },
  async proveRevert(plan) {
    let proof = '';
    await settled(
      'the revert',
      async () => {
        const { changes, group } = harmOf(plan);
        const objects = objectsOf(changes);
        const states = await statesOf(objects);
        const stillAway = objects.filter(
          (object) => !(states.get(keyOf(object)) ?? []).includes(instanceLine('running')),
        );
        if (stillAway.length === 0) {
          proof = `${objects.map(keyOf).join(', ')}: running again`;
          return [];
        }
        const gone = stillAway.every((object) => {
          const lines = states.get(keyOf(object)) ?? [];
          return lines.length === 0 || GONE.some((line) => lines.includes(line));
        });
        if (!gone || !group)
          return [
            ...stillAway.map((object) => `${keyOf(object)}: ${states.get(keyOf(object))?.join()}`),
            ...(await takeBack(plan)),
          ];
        const running = await runningInGroup(group);
        proof = `${stillAway.map(keyOf).join(', ')}: gone for good; ${running} instances of ${groupWords(group.tags)} run, ${group.running} did before`;
        return running >= group.running ? [] : [proof];
      },
      { withinMs: BACK_WITHIN_MS, kind: 'environment' },
    );
    return proof;
  },
};

const GONE = [instanceLine('shutting-down'), instanceLine('terminated')];

function groupWords(tags: Readonly<Record<string, string>> = {}): string {
  return Object.values(tags).join('/');
}
