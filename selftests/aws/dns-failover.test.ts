import { expect, test } from '@playwright/test';
import {
  analyseNameFailover,
  judgeNameFailover,
  type NameFailover,
} from '../../lib/analysis/aws/dns-failover.ts';
import { whyNoFailover } from '../../lib/analysis/aws/dns-health.ts';
import { awsCalls } from '../../lib/aws/calls.ts';
import { actionsFor } from '../../lib/aws/policies.ts';
import { nameGateways } from '../../lib/environment/eks/links/dns.ts';
import { injectFault } from '../../lib/fault/inject.ts';
import { planLive } from '../../lib/fault/plan.ts';
import type { AwsFinding } from '../../lib/model/aws-check.ts';
import type { AwsDnsSettings, AwsPlace } from '../../lib/model/aws.ts';
import type { Environment } from '../../lib/model/environment.ts';
import type { Lab } from '../../lib/model/lab.ts';
import { type AgentClient, connectAgent } from '../../lib/probe/client.ts';
import { type LocalAgent, startLocalAgent } from '../../lib/probe/local-agent.ts';
import { readFailoverName } from '../../lib/run/aws/failover-name.ts';
import { NAME_PACE, startLookups, stopLookups, watchFailover } from '../../lib/run/aws/watch-failover.ts';
import { systemClock } from '../../lib/support/clock.ts';
import { type MadeCluster, makeNetworks } from './faults-lab.ts';
import { awsEnv, MOTO_START_MS, type Moto, startMoto } from './moto.ts';
import { startRouteFront } from './route-front.ts';
import { startZoneServer, type ZoneKnobs } from './zone-server.ts';

/**
 * The product's own lookups, fault, watch and judgement, in real time; only the servers of the zone are ours: moto serves no DNS.
 */
test.describe.configure({ mode: 'default' });

const DNS: AwsDnsSettings = { zone: 'mesh.example.internal', routing: 'failover', ttlMs: 1000 };
const CLUSTERS = ['east', 'west'] as const;
/** As the suite's, but for a finer resolution. */
const PACE = { ...NAME_PACE, ratePerSecond: 10 };
const BUDGET_MS = 5000;
/** How far a measured time may be from the knob's: an answer that was just cached, and what a busy machine adds. */
const SLACK_MS = DNS.ttlMs + 1000;

let moto: Moto | undefined;
let front: Awaited<ReturnType<typeof startRouteFront>> | undefined;
let lab: Lab;
let place: AwsPlace;
const agents: LocalAgent[] = [];
const clients: AgentClient[] = [];
/** Health checks that the checkers do not reach. */
const unreached = new Set<string>();

test.beforeAll(async () => {
  test.setTimeout(MOTO_START_MS);
  moto = await startMoto();
  front = await startRouteFront(moto.endpoint, unreached);
  Object.assign(process.env, awsEnv(front.endpoint));
  const made = await makeNetworks();
  lab = { ...made.lab, environment: withNames(made.lab.environment) };
  const networks = [made.east, made.west].map(networkOf);
  ({ place } = networks[0] ?? networkOf(made.east));
  const tags = { environment: 'fake', owner: 'tests', expires: '2099-01-01T00:00:00.000Z' };
  const published = { east: ['east.lb.test'], west: ['west.lb.test'] };
  await nameGateways(DNS, networks, published, { tags, port: 15_443 });
  agents.push(...(await Promise.all(CLUSTERS.map((cluster) => startLocalAgent({ cluster })))));
  clients.push(...(await Promise.all(agents.map((agent) => connectAgent(agent.channel())))));
});
test.afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await Promise.all(agents.map((agent) => agent.stop()));
  await front?.[Symbol.asyncDispose]();
  await moto?.stop();
});

function withNames(environment: Environment): Environment {
  const { provider } = environment;
  if (provider.kind !== 'eks') throw new Error('not on EKS');
  return { ...environment, provider: { ...provider, dns: DNS } };
}

function networkOf({ name, region, vpc, subnets, acls, routeTable, securityGroup }: MadeCluster) {
  return {
    cluster: name,
    place: { account: { name: 'default', deny: [] }, region },
    vpcId: vpc,
    vpcCidr: '',
    subnetIds: subnets,
    routeTableIds: [routeTable],
    nodeSecurityGroupId: securityGroup,
    apiSecurityGroupId: securityGroup,
    networkAclId: acls[0] ?? '',
  };
}

/** A failover from its lookups to its judgement, as the suite makes one. */
async function failOver(
  knobs: ZoneKnobs,
  journal: string,
): Promise<{ heard: NameFailover[]; findings: AwsFinding[]; doubts: string[]; kinds: string[] }> {
  await using server = await startZoneServer(place, DNS.zone, { clusters: CLUSTERS, knobs });
  const name = await readFailoverName(lab.environment);
  expect(whyNoFailover(name)).toBeUndefined();
  const settings = { clock: systemClock, budgetMs: BUDGET_MS };
  const askers = clients.map((agent, index) => ({
    agent,
    server: server.resolvers[CLUSTERS[index] ?? ''] ?? '',
  }));
  const lookups = await startLookups(askers, name, { ...settings, pace: PACE });
  const spec = { kind: 'health-check-inversion', cluster: name.primary.cluster } as const;
  const plan = await planLive(spec, lab, { run: 'run-1', lastsMs: 120_000 });
  expect(plan.aws?.changes.map(({ object }) => object.id)).toEqual([name.primary.healthCheck]);
  await using fault = await injectFault(plan, { journal });
  const { recordings, ...turns } = await watchFailover(lookups, fault, settings);
  await stopLookups(lookups);
  const heard = recordings.map((one) => analyseNameFailover(one, name, turns));
  const judged = judgeNameFailover(heard, name, BUDGET_MS);
  return {
    heard,
    ...judged,
    kinds: judged.findings.map(({ kind, words }) => `${kind} ${words.slice(0, 4)}`),
  };
}

function mustBeNear(measuredMs: number | undefined, knobMs: number): void {
  expect(measuredMs).toBeGreaterThan(knobMs - SLACK_MS / 2);
  expect(measuredMs).toBeLessThan(knobMs + SLACK_MS);
}

test('a failover in time is timed, there and back, in every cluster', async ({}, info) => {
  const { heard, findings, doubts } = await failOver(
    { propagationMs: 2000 },
    info.outputPath('journal.jsonl'),
  );
  expect({ findings, doubts }).toEqual({ findings: [], doubts: [] });
  expect(heard.map(({ cluster }) => cluster)).toEqual(CLUSTERS);
  for (const { toSecondaryMs, lastPrimaryMs, toPrimaryMs, lastSecondaryMs, missing } of heard) {
    mustBeNear(toSecondaryMs, 2000);
    mustBeNear(toPrimaryMs, 2000);
    // Each resolver is asked ten times a second, and turns once.
    expect(toSecondaryMs).toBeGreaterThan(lastPrimaryMs ?? Number.POSITIVE_INFINITY);
    expect(toPrimaryMs).toBeGreaterThan(lastSecondaryMs ?? Number.POSITIVE_INFINITY);
    expect(missing).toEqual({});
  }
});

test('a failover that is late is late by what it is', async ({}, info) => {
  const { heard, kinds } = await failOver({ propagationMs: 6300 }, info.outputPath('journal.jsonl'));
  expect(kinds).toEqual(expect.arrayContaining(['failover-late east', 'failover-late west']));
  for (const { toSecondaryMs } of heard) mustBeNear(toSecondaryMs, 6300);
});

const DEFECTS: { name: string; knobs: ZoneKnobs; kinds: string[] }[] = [
  {
    name: 'a zone that never fails over',
    knobs: { propagationMs: 500, neverFailsOver: true },
    kinds: ['failover-did-not-happen east', 'failover-did-not-happen west'],
  },
  {
    name: 'a resolver of one cluster that keeps the primary for good',
    knobs: { propagationMs: 500, staleIn: 'west' },
    kinds: ['failover-did-not-happen west'],
  },
  {
    name: 'a zone that stays with the secondary',
    knobs: { propagationMs: 500, neverReturns: true },
    kinds: ['did-not-fail-back east', 'did-not-fail-back west'],
  },
  {
    name: 'servers that fail while it changes',
    knobs: { propagationMs: 500, lostMs: 1600 },
    kinds: ['answers-missing east', 'answers-missing west'],
  },
];
for (const { name, knobs, kinds } of DEFECTS)
  test(`${name} is told by its finding, and by no other`, async ({}, info) => {
    const found = await failOver(knobs, info.outputPath('journal.jsonl'));
    expect(found.kinds, JSON.stringify(found)).toEqual(kinds);
  });

test('checkers that reach nobody are seen before anything is inverted, and the remedy is named', async () => {
  const before = awsCalls().length;
  const { primary, secondary } = await readFailoverName(lab.environment);
  const calls = awsCalls().slice(before);
  const allowed = actionsFor('verify').map(({ action }) => action);
  const made = calls.map(({ service, action }) => `${service}:${action}`);
  expect(made).toContain('route53:GetHealthCheckStatus');
  expect(made.filter((call) => !allowed.includes(call))).toEqual([]);
  unreached.add(secondary.healthCheck ?? '');
  expect(whyNoFailover(await readFailoverName(lab.environment))?.words).toContain('the secondary of');
  unreached.add(primary.healthCheck ?? '');
  expect(whyNoFailover(await readFailoverName(lab.environment))).toMatchObject({
    broken: false,
    words: expect.stringContaining('Route 53 answers as if all were well'),
    nextStep: expect.stringContaining('CloudWatch alarm'),
  });
  unreached.clear();
});
