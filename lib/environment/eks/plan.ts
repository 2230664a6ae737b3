import { addonVersions, vcpusOf } from '../../aws/offers.ts';
import { type QuotaName, QUOTAS, quotaState, type QuotaState } from '../../aws/quotas.ts';
import { findStack } from '../../aws/stacks.ts';
import type { AwsPlace, EksSettings } from '../../model/aws.ts';
import type { Environment } from '../../model/environment.ts';
import { preflight } from './preflight.ts';
import { type EksPrices, type PricedThing, priceOf, pricesOf } from './prices.ts';
import { plannedLinks } from './links/planned.ts';
import { type ClusterStack, clusterStacks, eksSettingsOf } from './template/index.ts';
import type { Template } from './template/template.ts';

/** What `env up` would make, what it needs, and what it costs. */
export interface EksPlan {
  clusters: { cluster: string; region: string; account: string; stack: string; resources: ResourceLine[] }[];
  /** Between clusters, in words. */
  links: string[];
  quotas: QuotaLine[];
  /** What is wrong with the pinned add-ons, in words; empty when EKS has them all. */
  addons: string[];
  price: EksPrice;
}

export interface ResourceLine {
  type: string;
  /** Logical ids in the template. */
  ids: string[];
}

export interface QuotaLine extends QuotaState {
  region: string;
  account: string;
  words: string;
  needed: number;
  /** Undefined where AWS does not tell what is left. */
  enough: boolean | undefined;
}

export interface EksPrice {
  lines: { thing: PricedThing; region: string; count: number; perHour: number | undefined }[];
  /** USD; undefined when something has no known price. */
  perHour: number | undefined;
  forTtl: number | undefined;
  ttlHours: number;
  notCounted: string[];
  /** Names and dates of the tables that were counted by. */
  tables: string[];
}

/** Everything that `env up` would make, in the order of the environment file. Pure. */
export function plannedResources(stacks: readonly ClusterStack[]): EksPlan['clusters'] {
  return stacks.map(({ cluster, place, name, template }) => {
    const byType = Map.groupBy(Object.entries(template.Resources), ([, { Type }]) => Type);
    const resources = [...byType].map(([type, all]): ResourceLine => ({ type, ids: all.map(([id]) => id) }));
    return { cluster, region: place.region, account: place.account.name, stack: name, resources };
  });
}

/** Price of an environment by these tables. Pure. */
export function plannedPrice(
  settings: EksSettings,
  stacks: readonly ClusterStack[],
  tables?: readonly EksPrices[],
): EksPrice {
  const lines = stacks.flatMap(({ cluster, place: { region }, template }) => {
    const spec = settings.clusters[cluster];
    const count = (type: string) => countOf(template, type);
    const endpoints = Object.values(template.Resources).filter(
      ({ Type, Properties }) =>
        Type === 'AWS::EC2::VPCEndpoint' && Properties['VpcEndpointType'] === 'Interface',
    ).length;
    const things: [PricedThing, number][] = [
      ['eks-cluster', 1],
      [`instance ${spec?.nodes.instanceType ?? ''}`, spec?.nodes.count ?? 0],
      ['nat-gateway', count('AWS::EC2::NatGateway')],
      ['public-ipv4', count('AWS::EC2::EIP')],
      ['interface-endpoint', endpoints * (spec?.zones.length ?? 0)],
      ['transit-gateway-attachment', 0],
    ];
    return things.map(([thing, amount]) => ({ thing, region, count: amount }));
  });
  for (const { region, attachments } of plannedLinks(settings, stacks).attachments) {
    const line = lines.find((one) => one.region === region && one.thing === 'transit-gateway-attachment');
    if (line) line.count += attachments;
  }
  const priced = lines
    .filter(({ count }) => count > 0)
    .map((line) => ({ ...line, perHour: priceOf(pricesOf(line.region, tables), line.thing) }));
  const unknown = priced.some(({ perHour }) => perHour === undefined);
  const sum = priced.reduce((total, { count, perHour = 0 }) => total + count * perHour, 0);
  const ttlHours = settings.ttlMs / 3_600_000;
  const used = [...new Set(stacks.flatMap(({ place }) => pricesOf(place.region, tables) ?? []))];
  return {
    lines: priced,
    perHour: unknown ? undefined : sum,
    forTtl: unknown ? undefined : sum * ttlHours,
    ttlHours,
    notCounted: [...new Set(used.flatMap(({ notCounted }) => notCounted))],
    tables: [...new Set(used.map(({ name, checked }) => `${name} (${checked})`))],
  };
}

/** The whole plan. Asks AWS for zones, live ranges, quotas and versions, and changes nothing. */
export async function planEnvironment(environment: Environment): Promise<EksPlan> {
  await preflight(environment);
  const settings = eksSettingsOf(environment);
  const stacks = clusterStacks(environment);
  const places = new Map(stacks.map(({ place }) => [placeKey(place), place]));
  const quotas: QuotaLine[] = [];
  for (const [key, place] of places) {
    const here = stacks.filter((stack) => placeKey(stack.place) === key);
    for (const [name, needed] of await neededQuotas(settings, await notYetMade(here))) {
      const { limit, used } = await quotaState(place, name);
      const left = limit === undefined || used === undefined ? undefined : limit - used;
      const enough = left === undefined ? undefined : left >= needed;
      const { words } = QUOTAS[name];
      quotas.push({ region: place.region, account: place.account.name, words, needed, limit, used, enough });
    }
  }
  const addons = await addonProblems(settings, [...places.values()]);
  const price = plannedPrice(settings, stacks);
  return {
    clusters: plannedResources(stacks),
    links: plannedLinks(settings, stacks).words,
    quotas,
    addons,
    price,
  };
}

/** What is there already, in whatever state, is counted among what is used. */
async function notYetMade(stacks: readonly ClusterStack[]): Promise<ClusterStack[]> {
  const found = await Promise.all(stacks.map(({ place, name }) => findStack(place, name)));
  return stacks.filter((_, index) => found[index] === undefined);
}

async function neededQuotas(
  settings: EksSettings,
  stacks: readonly ClusterStack[],
): Promise<[QuotaName, number][]> {
  const sum = (type: string) => stacks.reduce((total, { template }) => total + countOf(template, type), 0);
  let vcpus = 0;
  for (const { cluster, place } of stacks) {
    const { nodes } = settings.clusters[cluster] ?? {};
    if (nodes) vcpus += nodes.count * (await vcpusOf(place, nodes.instanceType));
  }
  const all: [QuotaName, number][] = [
    ['vpcs', sum('AWS::EC2::VPC')],
    ['internetGateways', sum('AWS::EC2::InternetGateway')],
    ['addresses', sum('AWS::EC2::EIP')],
    ['clusters', sum('AWS::EKS::Cluster')],
    ['vcpus', vcpus],
  ];
  return all.filter(([, needed]) => needed > 0);
}

async function addonProblems(
  { kubernetes, addons }: EksSettings,
  places: readonly AwsPlace[],
): Promise<string[]> {
  const problems: string[] = [];
  for (const place of places) {
    const versions = await addonVersions(place, kubernetes).catch(() => undefined);
    if (!versions) problems.push(`${place.region}: EKS does not tell which versions it has`);
    else
      for (const [name, version] of Object.entries(addons))
        if (!versions[name]?.includes(version))
          problems.push(
            `${place.region}: no ${name} ${version} for Kubernetes ${kubernetes}; newest: ${versions[name]?.[0] ?? 'none'}`,
          );
  }
  return problems;
}

function countOf({ Resources }: Template, type: string): number {
  return Object.values(Resources).filter(({ Type }) => Type === type).length;
}

function placeKey({ account, region }: AwsPlace): string {
  return JSON.stringify([account.name, region]);
}
