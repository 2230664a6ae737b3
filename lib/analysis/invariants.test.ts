import { expect, test } from '@playwright/test';
import type { MeshFacts } from '../model/diagnosis.ts';
import type { ClusterSnapshot, Snapshot } from '../model/invariants.ts';
import {
  alarmsIn,
  findLostLeaders,
  findRejections,
  findRestarts,
  findStaleProxies,
  judgeClocks,
  leadersInDoubt,
  proxiesInDoubt,
  rejectionsInDoubt,
} from './invariants.ts';

const AT = 1_000_000;
const coredns = {
  namespace: 'kube-system',
  pod: 'coredns-1',
  uid: 'u1',
  node: 'w1',
  container: 'coredns',
  restarts: 2,
};
const leader = { lease: 'kube-system/kube-scheduler', holder: 'a', transitions: 3, validUntil: AT + 15_000 };

function snapshot(changes: Partial<ClusterSnapshot> = {}, at = AT): Snapshot {
  return {
    at,
    clusters: [
      { cluster: 'east', containers: [coredns], leaders: [leader], rejections: { i1: 4 }, ...changes },
    ],
  };
}

test('nothing is found when nothing happened', () => {
  expect(findRestarts(snapshot(), snapshot(), [])).toEqual([]);
  expect(findRejections(snapshot(), snapshot(), new Map())).toEqual([]);
  expect(findLostLeaders(snapshot(), snapshot(), [])).toEqual([]);
  expect(leadersInDoubt(snapshot(), snapshot(), ['kube-system'])).toBeUndefined();
  expect(rejectionsInDoubt(snapshot(), snapshot())).toBeUndefined();
});

test('a restart is found, with how the container ended', () => {
  const after = snapshot({ containers: [{ ...coredns, restarts: 3, lastEnd: 'OOMKilled, exit code 137' }] });
  expect(findRestarts(snapshot(), after, []).map(({ words }) => words)).toEqual([
    'east kube-system/coredns-1 container coredns was restarted once (OOMKilled, exit code 137)',
  ]);
});

test('a restart on a node that a fault killed is expected; on another node it is not', () => {
  const after = snapshot({ containers: [{ ...coredns, restarts: 3 }] });
  expect(findRestarts(snapshot(), after, [{ cluster: 'east', node: 'w1', why: 'node-kill' }])).toEqual([]);
  expect(findRestarts(snapshot(), after, [{ cluster: 'east', node: 'w2', why: 'node-kill' }])).toHaveLength(
    1,
  );
  expect(findRestarts(snapshot(), after, [{ cluster: 'west', node: 'w1', why: 'node-kill' }])).toHaveLength(
    1,
  );
});

test('a pod that was replaced is no restart; a new one that restarts is', () => {
  const replaced = { ...coredns, uid: 'u2', restarts: 0 };
  expect(findRestarts(snapshot(), snapshot({ containers: [replaced] }), [])).toEqual([]);
  expect(findRestarts(snapshot(), snapshot({ containers: [{ ...replaced, restarts: 1 }] }), [])).toHaveLength(
    1,
  );
});

test('pushes turned down are counted by instance, a new instance from zero', () => {
  const words = (rejections: Record<string, number>) =>
    findRejections(snapshot(), snapshot({ rejections }), new Map()).map((one) => one.words);
  expect(words({ i1: 6 })).toEqual(['east configuration was turned down by proxies 2 times']);
  expect(words({ i2: 1 })).toEqual(['east configuration was turned down by proxies once']);
  expect(words({ i2: 0 })).toEqual([]);
});

test('a push that was turned down before the run and still is, is found by the proxies own words', () => {
  const seen = new Map([['east', ['cart.shop: listener: script load error']]]);
  expect(findRejections(snapshot(), snapshot(), seen)[0]?.words).toBe(
    'east configuration was turned down by proxies and still is: cart.shop: listener: script load error',
  );
});

test('a lease that changed hands, and one that has run out, are found', () => {
  const moved = snapshot({ leaders: [{ ...leader, holder: 'b', transitions: 4 }] });
  expect(findLostLeaders(snapshot(), moved, [])[0]?.words).toBe(
    'east kube-system/kube-scheduler changed hands once: a → b',
  );
  const late = snapshot({ leaders: [{ ...leader, validUntil: AT - 1 }] });
  expect(findLostLeaders(snapshot(), late, [])[0]?.words).toMatch(/held by nobody/);
});

test('a lease that is gone is found; one of a mesh that did not answer is not', () => {
  const words = (changes: Partial<ClusterSnapshot>) =>
    findLostLeaders(snapshot(), snapshot({ leaders: [], ...changes }), []).map((one) => one.words);
  expect(words({})).toEqual(['east kube-system/kube-scheduler is gone; a held it']);
  expect(words({ leadersUnread: 'ECONNREFUSED' })).toEqual([]);
});

test('a leader on a node that a fault killed is followed by another; one that nobody follows is found', () => {
  const kill = [{ cluster: 'east', node: 'w1', why: 'node-kill' }];
  for (const holder of ['coredns-1', 'w1_5']) {
    const before = snapshot({ leaders: [{ ...leader, holder }] });
    const after = snapshot({ leaders: [{ ...leader, holder: 'b', transitions: 4 }] });
    expect(findLostLeaders(before, after, kill)).toEqual([]);
    expect(findLostLeaders(before, after, [{ cluster: 'west', node: 'w1', why: 'node-kill' }])).toHaveLength(
      1,
    );
    expect(findLostLeaders(before, snapshot({ leaders: [{ ...leader, holder: '' }] }), kill)).toHaveLength(1);
  }
});

test('leaders that nobody saw are in doubt, by cluster and namespace, and so are those of a mesh that was silent', () => {
  const none = snapshot({ leaders: [] });
  expect(leadersInDoubt(none, none, ['kube-system'])).toBe('no leader was ever seen in kube-system of east');
  expect(leadersInDoubt(snapshot(), snapshot(), ['kube-system', 'istio-system'])).toBe(
    'no leader was ever seen in istio-system of east',
  );
  expect(leadersInDoubt(snapshot(), none, ['kube-system'])).toBeUndefined();
  const silent = snapshot({ leadersUnread: 'ECONNREFUSED' });
  for (const [before, after] of [[silent, snapshot()] as const, [snapshot(), silent] as const])
    expect(leadersInDoubt(before, after, [])).toBe(
      "the mesh's leaders in east could not be read: ECONNREFUSED",
    );
});

test('pushes that nobody counted at the beginning or at the end are in doubt', () => {
  const silent: Snapshot = { at: AT, clusters: [{ cluster: 'east', containers: [], leaders: [] }] };
  for (const [before, after] of [[silent, snapshot()] as const, [snapshot(), silent] as const])
    expect(rejectionsInDoubt(before, after)).toMatch(/in east does not say how many/);
});

test('proxies that are behind or unserved are found; a control plane that is silent leaves them in doubt', () => {
  const facts = (changes: Partial<MeshFacts>): Map<string, MeshFacts> =>
    new Map([
      ['east', { controlPlane: 'istiod', stale: [], unserved: [], ...changes } as unknown as MeshFacts],
    ]);
  const behind = facts({ stale: [{ proxy: 'cart.shop', kinds: ['listener', 'routes'] }], unserved: ['a.b'] });
  expect(findStaleProxies(behind).map(({ words }) => words)).toEqual([
    'the proxy of east cart.shop has not confirmed its newest listener, routes',
    'the proxy of east a.b is not served by any istiod',
  ]);
  expect(proxiesInDoubt(behind)).toBeUndefined();
  expect(proxiesInDoubt(facts({ unreadable: 'no istiod runs' }))).toBe(
    'istiod in east does not say what its proxies know: no istiod runs',
  );
});

for (const line of [
  'panic: runtime error: index out of range',
  'F1121 09:37:35.123456       1 server.go:10] cannot listen',
  '2026-11-21T09:39:38.199022Z\tfatal\tcannot read config',
  '[2026-11-21 09:39:38.199][12][critical][assert] assert failure: x',
  '[PANIC] plugin/errors: 2 payments.',
  'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
]) {
  test(`falls over: ${line.slice(0, 30)}`, () => {
    expect(alarmsIn(`fine\n${line}\nfine`)).toEqual([line]);
  });
}

test('ordinary trouble and access logs are no panic', () => {
  const log = [
    '{"path":"/panic: here","response_code":500}',
    '2026-11-21T09:39:42Z\terror\tprobes\tRequest to probe app failed',
    'E1121 09:37:35.123456 1 x.go:1] non-fatal error',
    'W1121 09:37:35.123456 1 x.go:1] will not panic',
  ].join('\n');
  expect(alarmsIn(log)).toEqual([]);
});

test('clocks: held, broken for certain, and too coarse to tell', () => {
  const clock = (node: string, offsetMs: number, uncertaintyMs = 5) => ({
    cluster: 'east',
    node,
    offsetMs,
    uncertaintyMs,
  });
  expect(judgeClocks([clock('a', 0), clock('b', 40), clock('c', -20)], 100)).toEqual({
    findings: [],
    spreadMs: 60,
    doubt: undefined,
  });
  expect(judgeClocks([clock('a', 0), clock('b', 140)], 100).findings[0]?.words).toBe(
    'east b is at least 130 ms ahead of east a, and the limit is 100 ms',
  );
  expect(judgeClocks([clock('a', 0), clock('b', 95)], 100)).toMatchObject({
    findings: [],
    doubt: expect.stringContaining('coarse'),
  });
  expect(judgeClocks([clock('a', 0, 80), clock('b', 0, 80)], 100).doubt).toContain('±80 ms');
  expect(judgeClocks([clock('a', 0)], 100).doubt).toBeUndefined();
});
