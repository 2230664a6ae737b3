import { expect, test } from '@playwright/test';
import type { Verdict } from '../lib/model/verdict.ts';
import { nameOf, type Planted, plantedSuites, verdictOf } from './product-suites.ts';
import { runInline } from './run-inline.ts';

/** Every invariant is broken once, and once there is nothing to judge it by. */
const CASES: (Planted & { verdict: Verdict })[] = [
  {
    suite: 'invariants/restarts',
    defect: 'container-restarted',
    verdict: 'failed',
    says: /west kube-system\/coredns-1 container coredns was restarted once \(OOMKilled/,
  },
  {
    suite: 'invariants/panics',
    defect: 'program-panics',
    verdict: 'failed',
    says: 'west kube-system/coredns-1 container coredns says: panic: no plugin',
  },
  {
    suite: 'invariants/rejections',
    defect: 'push-rejected',
    verdict: 'failed',
    says: 'west configuration was turned down by proxies 2 times',
  },
  {
    suite: 'invariants/stale-proxies',
    defect: 'proxy-stale',
    verdict: 'failed',
    says: 'the proxy of west cart-1.shop has not confirmed its newest listener',
  },
  {
    suite: 'invariants/leaders',
    defect: 'leader-moved',
    verdict: 'failed',
    says: /west kube-system\/kube-scheduler changed hands once: .*west istio-system\/istio-leader changed hands once: istiod-1 → another/s,
  },
  {
    suite: 'invariants/leaders',
    defect: 'election-gone',
    verdict: 'failed',
    says: 'west kube-system/kube-scheduler is gone; west-control-plane_1 held it',
  },
  {
    suite: 'invariants/clock-offset',
    defect: 'clock-ahead',
    verdict: 'failed',
    says: /west-worker is at least 248 ms ahead of east east-control-plane, and the limit is 100 ms/,
  },
  {
    suite: 'invariants/restarts',
    defect: 'no-baseline',
    verdict: 'inconclusive',
    says: 'nobody took a baseline when the run began',
  },
  {
    suite: 'invariants/panics',
    defect: 'logs-refused',
    verdict: 'inconclusive',
    says: /logs could not be read:\s+west istio-system\/istiod-1 container discovery: HTTP 502/,
  },
  {
    suite: 'invariants/rejections',
    defect: 'control-plane-silent',
    verdict: 'inconclusive',
    says: 'istiod in west does not say what its proxies know',
  },
  {
    suite: 'invariants/stale-proxies',
    defect: 'control-plane-silent',
    verdict: 'inconclusive',
    says: 'istiod in west does not say what its proxies know: istio-system/istiod-1:8080',
  },
  {
    suite: 'invariants/leaders',
    defect: 'control-plane-silent',
    verdict: 'inconclusive',
    says: "the mesh's leaders in west could not be read: istio-system/istiod-1",
  },
  {
    suite: 'invariants/leaders',
    defect: 'no-elections',
    verdict: 'inconclusive',
    says: 'no leader was ever seen in kube-system of east',
  },
  {
    suite: 'invariants/clock-offset',
    defect: 'clocks-coarse',
    verdict: 'inconclusive',
    says: 'too coarse for a limit of 100 ms',
  },
];

test('a broken invariant is failed, and one that cannot be seen is inconclusive, with the reason', async () => {
  const run = await runInline(await plantedSuites(CASES));
  for (const planted of CASES) {
    expect.soft(verdictOf(run.verdict.tests, planted), nameOf(planted)).toMatchObject({
      verdict: planted.verdict,
      reason: expect.stringMatching(planted.says),
    });
  }
  expect(run.verdict.tests).toHaveLength(CASES.length);
});
