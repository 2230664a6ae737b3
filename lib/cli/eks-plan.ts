import { stderr, stdin } from 'node:process';
import { createInterface } from 'node:readline/promises';
import { type EksPlan, planEnvironment } from '../environment/eks/plan.ts';
import type { Environment } from '../model/environment.ts';
import { MeshproofError } from '../support/errors.ts';

/** Flags of `env up` for what costs money. */
export interface CostFlags {
  plan?: boolean;
  yes?: boolean;
  maxCost?: string;
}

/** The plan of an environment on AWS as a person reads it. */
export function renderPlan({ clusters, links, quotas, addons, price }: EksPlan): string {
  const usd = (value: number | undefined) => (value === undefined ? 'unknown' : `${value.toFixed(2)} USD`);
  return [
    ...clusters.flatMap(({ cluster, region, account, stack, resources }) => [
      `${cluster}: stack ${stack} in ${region}, account ${account}`,
      ...resources.map(({ type, ids }) => `  ${String(ids.length).padStart(2)} ${type}: ${ids.join(', ')}`),
    ]),
    ...(links.length > 0 ? ['links', ...links.map((line) => `  ${line}`)] : []),
    'quotas',
    ...quotas.map(({ region, words, needed, limit, used, enough }) => {
      const left = `${used ?? 'unknown'} of ${limit ?? 'unknown'} used`;
      return `  ${region}: ${needed} ${words}, ${left}${enough === false ? ': NOT ENOUGH' : ''}`;
    }),
    ...(addons.length > 0 ? ['add-ons', ...addons.map((line) => `  ${line}`)] : []),
    `price by ${price.tables.join(', ') || 'no table of these regions'}`,
    ...price.lines.map(
      ({ thing, region, count, perHour }) =>
        `  ${region}: ${count} ${thing}, ${perHour === undefined ? 'unknown' : `${perHour} USD an hour each`}`,
    ),
    `  in all ${usd(price.perHour)} an hour, ${usd(price.forTtl)} in ${price.ttlHours} h; on top: ${price.notCounted.join(', ') || 'unknown'}`,
  ].join('\n');
}

/**
 * Whether an environment on AWS may be made: the plan is shown on stderr, and a person types its name, or has said `--yes` and how
 * much it may cost at most. A `usage` error otherwise, and when a quota is too small; nothing was made.
 */
export async function confirmCost(environment: Environment, flags: CostFlags): Promise<void> {
  const { name } = environment;
  const refused = (why: string, nextStep: string) =>
    new MeshproofError('usage', `nothing was made: ${why}`, { nextStep });
  const next = `meshproof env up --plan shows what it costs; type ${name} when asked, or pass --yes --max-cost USD`;
  const limit = flags.maxCost === undefined ? undefined : Number(flags.maxCost);
  if (limit !== undefined && !(limit >= 0)) throw refused(`--max-cost ${flags.maxCost} is no amount`, next);
  if (flags.yes && limit === undefined) throw refused('--yes needs --max-cost', next);
  const plan = await planEnvironment(environment);
  stderr.write(`${renderPlan(plan)}\n`);
  const short = plan.quotas.find(({ enough }) => enough === false);
  if (short)
    throw refused(
      `${short.region} has no room for ${short.needed} ${short.words}`,
      'ask AWS for a higher quota',
    );
  if (limit !== undefined) {
    const { forTtl } = plan.price;
    if (forTtl === undefined)
      throw refused('not everything has a known price', 'add it to environments/prices/eks-*.yaml');
    if (forTtl > limit)
      throw refused(
        `it costs ${forTtl.toFixed(2)} USD in ${plan.price.ttlHours} h, more than ${limit}`,
        next,
      );
  }
  if (flags.yes) return;
  if (!stdin.isTTY) throw refused('nobody can be asked', next);
  const prompt = createInterface({ input: stdin, output: stderr });
  try {
    if ((await prompt.question(`Type ${name} to make it: `)).trim() !== name)
      throw refused('not confirmed', next);
  } finally {
    prompt.close();
  }
}
