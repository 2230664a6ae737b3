import { awsClients } from '../../aws/clients.ts';
import { eventually } from '../../aws/eventually.ts';
import { awsResidue } from '../../aws/residue.ts';
import { findStack } from '../../aws/stacks.ts';
import type { AwsPlace } from '../../model/aws.ts';
import type { Environment } from '../../model/environment.ts';
import { inParallel } from '../../support/in-parallel.ts';
import type { ProviderContext } from '../provider.ts';
import type { ClusterNetwork } from './links/contract.ts';
import { nameGateways } from './links/dns.ts';
import { connectNetworks, disconnectNetworks } from './links/index.ts';
import { readRecord, writeRecord } from './record.ts';
import { ensureStack, removeStack, type StackContext, type StackPlace } from './stacks.ts';
import { findOurs, removeAll, sweepPlan } from './sweep.ts';
import { clusterStacks, eksSettingsOf, networkOf, stackTags } from './template/index.ts';
import { templateBody } from './template/template.ts';

/** Stacks rest for minutes; MESHPROOF_AWS_LOOK_MS makes the first pause shorter against a server of our own. */
const FIRST_LOOK_MS = Number(process.env['MESHPROOF_AWS_LOOK_MS'] ?? 3000);
/** What is gone is listed by its tags for a moment more. */
const LISTED_FOR_MS = 120_000;

/** A cluster that is there, as far as AWS tells. */
export interface EksCluster {
  cluster: string;
  place: AwsPlace;
  /** Name on EKS. */
  name: string;
  endpoint: string;
  /** PEM in base64. */
  certificateAuthority: string;
  network: ClusterNetwork;
  /** ISO time of its tags. */
  expires: string;
}

/**
 * Everything of an environment that is AWS's own: a stack for each cluster, side by side, then the links. Goes on where an
 * interrupted call stopped. All clusters end, well or badly, before this does.
 */
export async function ensureInfrastructure(
  environment: Environment,
  context: ProviderContext,
): Promise<EksCluster[]> {
  const settings = eksSettingsOf(environment);
  const stacks = clusterStacks(environment);
  await allowed(stacks);
  const before = readRecord(environment.name);
  // What is half-made keeps its time; what begins anew gets all of it.
  const going = before && (await Promise.all(before.stacks.map(({ place, name }) => findStack(place, name))));
  const kept = going?.some((stack) => stack !== undefined) ? before?.expires : undefined;
  const expires = kept === undefined ? new Date(Date.now() + settings.ttlMs) : new Date(kept);
  writeRecord({ environment: environment.name, expires: expires.toISOString(), stacks: stacks.map(placeOf) });
  const tags = stackTags(environment, expires);
  const made = await inParallel(stacks, async (stack) => {
    const body = templateBody(stack.template);
    const text = { name: stack.name, body, parameters: { Expires: tags.expires }, tags };
    const { outputs } = await ensureStack(placeOf(stack), text, stackContext(context));
    const { vpcCidr = '' } = settings.clusters[stack.cluster] ?? {};
    return {
      ...placeOf(stack),
      endpoint: outputs['Endpoint'] ?? '',
      certificateAuthority: outputs['CertificateAuthority'] ?? '',
      network: networkOf(stack, vpcCidr, outputs),
      expires: tags.expires,
    };
  });
  const networks = made.map(({ network }) => network);
  const linked = { ...environment, provider: settings };
  await connectNetworks(linked, networks, { ...context, ports: context.ports ?? [], expires });
  return made;
}

/** Gives gateways with host names their names in the zone of the environment file, where it has one. Idempotent. */
export async function publishGateways(
  environment: Environment,
  gateways: Readonly<Record<string, readonly string[]>>,
  { ports = [] }: ProviderContext,
): Promise<void> {
  const settings = eksSettingsOf(environment);
  const record = readRecord(environment.name);
  const port = ports.find(({ clusters, to }) => clusters === 'between' && to === 'nodes')?.port;
  if (!settings.dns || !record || port === undefined) return;
  const networks = await Promise.all(
    clusterStacks(environment).map(async (stack) => {
      const found = await findStack(stack.place, stack.name);
      const { vpcCidr = '' } = settings.clusters[stack.cluster] ?? {};
      return networkOf(stack, vpcCidr, found?.outputs ?? {});
    }),
  );
  const tags = stackTags(environment, new Date(record.expires));
  await nameGateways(settings.dns, networks, gateways, { tags, port });
}

/** Removes all that {@link ensureInfrastructure} ever began, in the order in which AWS lets it go: links, stacks, what else has our tags. */
export async function removeInfrastructure(environment: string, context: ProviderContext): Promise<void> {
  const stacks = readRecord(environment)?.stacks ?? [];
  await allowed(stacks);
  const places = placesOf(stacks);
  const looks = { ...context, firstLookMs: FIRST_LOOK_MS };
  await disconnectNetworks(environment, places, looks);
  await inParallel(stacks, (stack) => removeStack(stack, environment, stackContext(context)));
  const rest = async () => sweepPlan(await findOurs(places), { environment, now: new Date() });
  await removeAll((await rest()).remove, looks);
  await eventually(async () => ((await leftOn(environment)).length === 0 ? true : undefined), {
    what: `${environment} without anything tagged`,
    signal: context.signal,
    limitMs: LISTED_FOR_MS,
    firstMs: FIRST_LOOK_MS,
  }).catch(() => {
    // What it is, the check for residue says.
    context.signal.throwIfAborted();
  });
}

/** What is still there of an environment, in words: stacks, and whatever else carries its tag. */
export async function leftOn(environment: string): Promise<string[]> {
  return awsResidue(environment, placesOf(readRecord(environment)?.stacks ?? []));
}

function placesOf(stacks: readonly StackPlace[]): AwsPlace[] {
  return [...new Map(stacks.map(({ place }) => [JSON.stringify(place), place])).values()];
}

/** Every account is asked who it is, and found allowed, before any of them is changed. */
async function allowed(stacks: readonly { place: AwsPlace }[]): Promise<void> {
  for (const { place } of stacks) await awsClients(place).identity();
}

function placeOf({ cluster, place, name }: StackPlace): StackPlace {
  return { cluster, place, name };
}

function stackContext({ log, signal }: ProviderContext): StackContext {
  return { log, signal, firstLookMs: FIRST_LOOK_MS };
}
