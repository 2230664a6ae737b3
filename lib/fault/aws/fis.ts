import {
  type Experiment,
  experimentsOf,
  isActive,
  readTemplate,
  stopExperiment,
} from '../../aws/experiments.ts';
import { findOwn } from '../../aws/fault-state.ts';
import { stateLine } from '../../aws/state-lines.ts';
import { type AwsTag, TAG } from '../../aws/tags.ts';
import { type AwsChange, type AwsOwn, OWN } from '../../model/aws-fault.ts';
import type { FaultPlan } from '../../model/fault-plan.ts';
import { MeshproofError } from '../../support/errors.ts';
import type { Mechanism } from '../mechanism.ts';
import { harmOf, takeBack } from './mechanism.ts';
import { ec2Nodes } from './nodes.ts';
import { settled } from './settled.ts';

const MINUTE_MS = 60_000;
/** What FIS takes for `startInstancesAfterDuration` (AWS FIS actions reference, aws:ec2:stop-instances): a minute to 12 hours. */
const LONGEST_MINUTES = 12 * 60;

/** An experiment starts within seconds; ten minutes are what it may take to stop, since FIS starts the instance on the way. */
const STARTS_WITHIN_MS = 120_000;
const ENDS_WITHIN_MS = 600_000;

/**
 * The template that stops an instance and starts it again, and the experiment by which AWS FIS carries it out. FIS is its own dead-man: it
 * starts the instance after whole minutes, counted from the experiment's start. An instance that its node group terminates meanwhile is no
 * failure of it. A `usage` error when the fault lasts longer than FIS takes. Pure.
 */
export function experimentOnNode(
  stop: AwsChange,
  {
    id,
    lastsMs,
    role,
    instance,
    tags,
  }: { id: string; lastsMs: number; role: string; instance: string; tags: readonly AwsTag[] },
): { changes: AwsChange[]; own: AwsOwn; minutes: number } {
  const minutes = Math.max(1, Math.ceil(lastsMs / MINUTE_MS));
  if (minutes > LONGEST_MINUTES)
    throw new MeshproofError('usage', `AWS FIS holds a node for 12 hours at most, and not ${minutes} min`, {
      nextStep: 'leave out --by fis, or make it shorter',
    });
  const { cluster, object } = stop;
  const named = Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
  const own: AwsOwn = {
    kind: 'experiment-template',
    cluster,
    place: object.place,
    makes: [
      {
        service: 'fis',
        action: 'createExperimentTemplate',
        input: {
          clientToken: id,
          description: `Meshproof: ${id}`,
          targets: {
            node: { resourceType: 'aws:ec2:instance', resourceArns: [instance], selectionMode: 'ALL' },
          },
          actions: {
            stop: {
              actionId: 'aws:ec2:stop-instances',
              parameters: {
                startInstancesAfterDuration: `PT${minutes}M`,
                completeIfInstancesTerminated: 'true',
              },
              targets: { Instances: 'node' },
            },
          },
          stopConditions: [{ source: 'none' }],
          roleArn: role,
          tags: named,
        },
      },
    ],
    removes: { service: 'fis', action: 'deleteExperimentTemplate', input: { id: OWN } },
  };
  const starts = {
    service: 'fis' as const,
    action: 'startExperiment',
    input: { clientToken: id, experimentTemplateId: OWN, tags: named },
  };
  return { changes: [{ ...stop, does: starts }], own, minutes };
}

/**
 * Stops a node by an experiment of AWS FIS. The proofs are those of the instance; beside them the experiment must run, and must have ended.
 */
export const fisNodes: Mechanism = {
  ...ec2Nodes,
  async arm(plan) {
    const said = await ec2Nodes.arm(plan);
    const wrong = await templateDiffers(plan);
    if (wrong.length > 0)
      throw new MeshproofError(
        'environment',
        `the template of AWS FIS is not as planned: ${wrong.join('; ')}`,
      );
    return `${said}; AWS FIS starts the node by itself, its template read back field by field`;
  },
  async proveEffect(plan) {
    let ended: Experiment | undefined;
    await settled(
      'the experiment',
      async () => {
        const all = await ofFault(plan);
        ended = all.find((one) => !isActive(one));
        return ended || all.some(({ status }) => status === 'running') ? [] : [wordsOf(all)];
      },
      { withinMs: STARTS_WITHIN_MS, kind: 'inconclusive' },
    );
    if (ended) throw new MeshproofError('inconclusive', `AWS FIS: ${wordsOf([ended])}`);
    return `${await ec2Nodes.proveEffect(plan)}\n${wordsOf(await ofFault(plan))}`;
  },
  async revert(plan) {
    await stopAll(plan);
    await ec2Nodes.revert(plan);
  },
  async proveRevert(plan) {
    const proof = await ec2Nodes.proveRevert(plan);
    await settled(
      'the end of the experiment',
      async () => {
        const active = (await ofFault(plan)).filter(isActive);
        const { own } = harmOf(plan);
        const template = own && (await findOwn(own, plan.id));
        if (active.length === 0 && template === undefined) return [];
        await stopAll(plan);
        const failed = await takeBack(plan);
        return [
          ...active.map((one) => wordsOf([one])),
          ...(template ? [`template ${template}`] : []),
          ...failed,
        ];
      },
      { withinMs: ENDS_WITHIN_MS, kind: 'environment' },
    );
    return `${proof}\n${wordsOf(await ofFault(plan))}; its template is gone`;
  },
};

/** The experiments of a fault, by their tag: one, unless it never came to be. */
async function ofFault(plan: FaultPlan): Promise<Experiment[]> {
  const { own } = harmOf(plan);
  const all = own ? await experimentsOf(own.place) : [];
  return all.filter(({ tags }) => tags[TAG.fault] === plan.id);
}

async function stopAll(plan: FaultPlan): Promise<void> {
  const { own } = harmOf(plan);
  for (const one of (await ofFault(plan)).filter(isActive)) if (own) await stopExperiment(own.place, one.id);
}

/** Where the template that is there differs from the plan, in words. */
async function templateDiffers(plan: FaultPlan): Promise<string[]> {
  const { own } = harmOf(plan);
  const id = own && (await findOwn(own, plan.id));
  const there = own && id !== undefined ? await readTemplate(own.place, id) : undefined;
  if (!there) return ['it is not there'];
  const found = there as Record<string, unknown>;
  const { clientToken: _, ...wanted } = own?.makes[0]?.input ?? {};
  return Object.entries(wanted).flatMap(([field, value]) =>
    stateLine(found[field]) === stateLine(value)
      ? []
      : [`${field} is ${stateLine(found[field])} and not ${stateLine(value)}`],
  );
}

function wordsOf(all: readonly Experiment[]): string {
  const each = all.map(({ id, status, reason }) => `experiment ${id}: ${status} (${reason})`);
  return each.join(', ') || 'no experiment';
}
