import { expect, test } from '@playwright/test';
import { analyseLatency } from '../../lib/analysis/latency.ts';
import { planUpgrade } from '../../lib/gate/upgrade-plan.ts';
import type { Recording } from '../../lib/model/call-plan.ts';
import { openChanges } from '../../lib/run/changes.ts';
import { settingsOf } from '../../lib/run/mesh-settings.ts';
import { sweepLab } from '../../lib/run/sweep.ts';
import { takeStep } from '../../lib/run/upgrade.ts';
import { waitFor } from '../../lib/support/kube.ts';
import { silentLog, terminalLog } from '../../lib/support/log.ts';
import { plantedCandidate, sideOf } from '../candidates/index.ts';
import { type Bench, type BenchPods, http, inClear, openBench } from './candidate-bench.ts';
import { requireLab } from './lab.ts';

/** The cluster whose control plane gets other values, and where proxies of other images run. */
const CLUSTER = 'east';
const OTHER = 'west';
const RUN = 'self-test-candidates';
const options = { log: terminalLog(), signal: new AbortController().signal };
/** For a control plane to start anew and to tell its proxies. */
const TOLD_MS = 60_000;

const caller: BenchPods = { name: 'caller', cluster: CLUSTER };
const server: BenchPods = { name: 'server', cluster: CLUSTER, replicas: 2 };
const remote: BenchPods = { name: 'remote', cluster: OTHER };
const stranger: BenchPods = { name: 'stranger', cluster: CLUSTER, outside: true };

let bench: Bench;
test.describe.configure({ mode: 'serial' });
test.beforeAll(async () => {
  await sweepLab(requireLab(), silentLog);
  bench = await openBench(requireLab(), RUN);
  await bench.put(caller, server, remote, stranger);
});
test.afterAll(async () => void (await sweepLab(requireLab(), silentLog)));

/** The image of a candidate, in the nodes of the cluster. */
async function proxyOf(id: string): Promise<string> {
  const lab = requireLab();
  const there = { ...lab, clusters: lab.clusters.filter(({ name }) => name === CLUSTER) };
  const { proxyImage } = await settingsOf(await sideOf(plantedCandidate(id), options), there, options);
  if (proxyImage === undefined) throw new Error(`${id} names no proxy`);
  return proxyImage;
}

async function figures(body: object): Promise<void> {
  options.log.info(JSON.stringify(body));
  await test.info().attach('figures.json', { body: JSON.stringify(body), contentType: 'application/json' });
}

const failed = ({ observations }: Recording) => observations.filter(({ outcome }) => outcome !== 'ok');
const median = ({ observations }: Recording) => analyseLatency(observations).p50Ms ?? Number.NaN;

test('slow-hop: 8 ms more for each proxy on the way, and nothing else', { tag: '@nightly' }, async () => {
  const proxyImage = await proxyOf('slow-hop');
  const slow = { client: { ...caller, name: 'slow-caller' }, server: { ...server, name: 'slow-server' } };
  await bench.put({ ...slow.client, proxyImage }, { ...slow.server, proxyImage });
  const rate = { perSecond: 50, calls: 500 };
  const [none, one, two] = await Promise.all([
    bench.call(caller, http(server), rate),
    bench.call(caller, http(slow.server), rate),
    bench.call(slow.client, http(slow.server), rate),
  ]);
  const p50Ms = [none, one, two].map(median) as [number, number, number];
  await figures({
    p50Ms,
    p99Ms: [none, one, two].map(({ observations }) => analyseLatency(observations).p99Ms),
  });
  expect([none, one, two].flatMap(failed)).toEqual([]);
  expect(p50Ms[1] - p50Ms[0]).toBeGreaterThan(7);
  expect(p50Ms[1] - p50Ms[0]).toBeLessThan(12);
  expect(p50Ms[2] - p50Ms[1]).toBeGreaterThan(7);
  expect(p50Ms[2] - p50Ms[1]).toBeLessThan(12);
});

test('few-resets: 0.2 % of the requests, and none with the installed proxy', {
  tag: '@nightly',
}, async () => {
  const client = { ...caller, name: 'unlucky-caller' };
  await bench.put({ ...client, proxyImage: await proxyOf('few-resets') });
  const rate = { perSecond: 200, calls: 5000 };
  const [good, bad] = await Promise.all([
    bench.call(caller, http(server), rate),
    bench.call(client, http(server), rate),
  ]);
  await figures({ good: failed(good).length, bad: failed(bad).length, of: rate.calls });
  expect(failed(good)).toEqual([]);
  expect(new Set(failed(bad).map(({ outcome }) => outcome))).toEqual(new Set(['reset']));
  // 10 are to be expected: of a Poisson variable, fewer than 2 or more than 23 come less than once in a thousand times.
  expect(failed(bad).length).toBeGreaterThan(1);
  expect(failed(bad).length).toBeLessThan(24);
});

test('memory-growth: 8 KiB of every answer are kept', { tag: '@nightly' }, async () => {
  const client = { ...caller, name: 'greedy-caller' };
  await bench.put({ ...client, proxyImage: await proxyOf('memory-growth') });
  const grown = async (from: BenchPods) => {
    // What a proxy makes for its first calls and keeps: connections, buffers, statistics.
    await bench.call(from, http(server), { perSecond: 250, calls: 1000 });
    const before = await bench.heap(from);
    await bench.call(from, http(server), { perSecond: 250, calls: 2000 });
    return ((await bench.heap(from)) - before) / 2000;
  };
  const [good, bad] = await Promise.all([grown(caller), grown(client)]);
  await figures({ bytesPerCall: { good, bad } });
  expect(Math.abs(good)).toBeLessThan(2048);
  expect(bad - good).toBeGreaterThan(6 * 1024);
  expect(bad - good).toBeLessThan(10 * 1024);
});

test('drain-resets: a rollout loses calls that it does not lose with the installed proxy', {
  tag: '@nightly',
}, async () => {
  const dropping = { ...server, name: 'dropping-server' };
  await bench.put({ ...dropping, proxyImage: await proxyOf('drain-resets') });
  const good = await bench.rollUnderCalls(server, caller, 200);
  const bad = await bench.rollUnderCalls(dropping, caller, 200);
  await figures({
    good: { lost: failed(good).length, of: good.observations.length },
    bad: {
      lost: failed(bad).length,
      of: bad.observations.length,
      seen: [...new Set(failed(bad).map(({ detail }) => detail))],
    },
  });
  expect(failed(good).map(({ detail }) => detail)).toEqual([]);
  expect(failed(bad).length).toBeGreaterThan(0);
});

/** Gives the control plane of the cluster a candidate's values for as long as `work` takes, journalled and undone. */
async function underValues(id: string, work: () => Promise<void>): Promise<void> {
  const lab = requireLab();
  const to = await settingsOf(await sideOf(plantedCandidate(id), options), lab, options);
  const [step] = planUpgrade([CLUSTER], { from: {}, to }).upgrade;
  if (step?.plane !== 'control') throw new Error(`${id} leaves the control plane as it is`);
  const changes = openChanges(lab, RUN);
  try {
    await takeStep(lab, changes, step, options);
    options.log.info(`${id}: the control plane of ${CLUSTER} has its values`);
    await work();
    options.log.info(`${id}: its harm was seen`);
  } finally {
    await changes.revert();
  }
}

/** Calls until they end like that: proxies are told of a change some time after it. */
async function comesTo(what: string, call: () => Promise<Recording>, outcome: string): Promise<void> {
  await waitFor(
    what,
    async () => {
      const seen = (await call()).observations.map((one) => one.outcome);
      if (seen.every((one) => one === outcome)) return true;
      throw new Error(seen.join(', '));
    },
    { timeoutMs: TOLD_MS, everyMs: 200 },
  );
}

const few = { perSecond: 20, calls: 10 };

test('plaintext-accepted: who has no certificate is answered, and turned away again afterwards', {
  tag: '@nightly',
}, async () => {
  const knock = () => bench.call(stranger, inClear(server), few);
  await comesTo('STRICT turns plaintext away', knock, 'reset');
  await underValues('plaintext-accepted', async () => {
    await comesTo('plaintext is answered', knock, 'ok');
    expect(
      failed(await bench.call(caller, http(server, 'fresh'), few)),
      'the mesh itself notices nothing',
    ).toEqual([]);
  });
  await comesTo('plaintext is turned away again', knock, 'reset');
});

test('remote-endpoints-gone: a service of the other cluster is out of reach, and within it again afterwards', {
  tag: '@nightly',
}, async () => {
  const call = () => bench.call(caller, http(remote, 'fresh'), few);
  await comesTo('the other cluster answers', call, 'ok');
  await underValues('remote-endpoints-gone', async () => {
    await comesTo('nobody answers', call, 'http-5xx');
    expect(failed(await bench.call(caller, http(server, 'fresh'), few)), 'its own cluster goes on').toEqual(
      [],
    );
  });
  await comesTo('the other cluster answers again', call, 'ok');
});
