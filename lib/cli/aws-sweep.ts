import { awsClients } from '../aws/clients.ts';
import { enabledRegions } from '../aws/regions.ts';
import { type AwsResource, words } from '../aws/residue.ts';
import { findOurs, removeAll, sweepPlan } from '../environment/eks/sweep.ts';
import { loadEnvironment } from '../environment/load.ts';
import type { AwsAccount, AwsPlace } from '../model/aws.ts';
import type { Environment } from '../model/environment.ts';
import { EXIT } from '../support/errors.ts';
import { commandContext } from './context.ts';

/** Flags of `meshproof sweep --aws`. */
export interface AwsSweepFlags {
  environment?: string;
  file?: string[];
  region?: string[];
  apply?: boolean;
  json?: boolean;
}

/**
 * Lists what expired on AWS, and removes it with `--apply`: in every enabled region of this shell's account and of those that environment files name. Sets
 * the exit code: 3 when anything is left, 0 otherwise.
 */
export async function sweepAws(flags: AwsSweepFlags): Promise<void> {
  const { log, signal } = commandContext({});
  const places = await placesOf(flags);
  log.info(
    `looking in ${places.length} places: ${[...new Set(places.map(({ region }) => region))].join(', ')}`,
  );
  const now = new Date();
  const choice = { now, ...(flags.environment === undefined ? {} : { environment: flags.environment }) };
  const { remove, leave } = sweepPlan(await findOurs(places), choice);
  if (flags.json)
    console.log(JSON.stringify({ remove: remove.map(plain), leave: leave.map(plain) }, null, 2));
  else for (const one of [...remove, ...leave]) console.log(line(one, now));
  if (!flags.json && remove.length + leave.length === 0) console.log('nothing is left on AWS');
  if (!flags.apply) {
    if (remove.length > 0) console.error('nothing was changed: --apply removes them');
    if (remove.length + leave.length > 0) process.exitCode = EXIT.broken;
    return;
  }
  const failed = await removeAll(remove, { log, signal });
  // Nodes go with their stack, though no tag says so, and a stack may leave something of its own: what is there now counts.
  const rest = sweepPlan(await findOurs(places), choice);
  for (const what of failed) console.error(`not removed: ${what}`);
  for (const one of rest.leave) console.error(`nothing here removes it: ${words(one)}`);
  if (failed.length + rest.remove.length + rest.leave.length > 0) process.exitCode = EXIT.broken;
  else console.log(`removed ${remove.length}`);
}

async function placesOf({ region, file = [] }: AwsSweepFlags): Promise<AwsPlace[]> {
  const accounts = await differing(accountsOf(file));
  const places = await Promise.all(
    accounts.map(async (account) =>
      (region ?? (await enabledRegions(account))).map((name): AwsPlace => ({ account, region: name })),
    ),
  );
  return places.flat();
}

/** The credentials of this shell, and the accounts of the environment files that were named; what one file denies is denied in all. */
function accountsOf(files: readonly string[]): AwsAccount[] {
  const providers = files.flatMap((name) => eksOf(loadEnvironment(name)));
  const all = [
    { name: 'default', deny: [] },
    ...providers.flatMap(({ accounts }) => Object.values(accounts)),
  ];
  const deny = [...new Set(all.flatMap((account) => account.deny))];
  return all.map((account) => ({ ...account, deny }));
}

function eksOf({ provider }: Environment) {
  return provider.kind === 'eks' ? [provider] : [];
}

/** Each account once, whatever it is called and by however many roles it is reached. */
async function differing(accounts: readonly AwsAccount[]): Promise<AwsAccount[]> {
  const byId = new Map<string, AwsAccount>();
  for (const account of accounts) {
    const { account: id } = await awsClients({
      account,
      region: process.env['AWS_REGION'] ?? 'us-east-1',
    }).identity();
    if (!byId.has(id)) byId.set(id, account);
  }
  return [...byId.values()];
}

function line(one: AwsResource, now: Date): string {
  const { environment, owner, expires, run } = one.tags;
  const age = one.since ? `${hours(now.getTime() - one.since.getTime())} old, ` : '';
  const past = now.getTime() - Date.parse(expires);
  const when = past >= 0 ? `expired ${hours(past)} ago` : `expires in ${hours(-past)}`;
  const made = run === undefined ? '' : `, run ${run}`;
  return `${words(one)}: ${environment}, ${age}${when}, owner ${owner || 'unknown'}${made}`;
}

function hours(ms: number): string {
  return ms < 3_600_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}

function plain({ kind, id, place, tags, since }: AwsResource) {
  return {
    kind,
    id,
    account: place.account.name,
    region: place.region,
    ...tags,
    ...(since ? { since } : {}),
  };
}
