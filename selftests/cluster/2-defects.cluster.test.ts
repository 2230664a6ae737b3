import { expect, test } from '@playwright/test';
import { publishGateway } from '../../lib/mesh/istio/install.ts';
import { EAST_WEST_GATEWAY, ISTIO_NAMESPACE } from '../../lib/mesh/istio/operator.ts';
import { clusterOf, notPassed, requireLab, verify } from './lab.ts';

/** What the defect can touch, and two suites that it can't. */
const CONFORMANCE = ['--grep', '^(discovery/(shared|remote)-service|dns/cluster-ip|mtls/plaintext):'];

test('verify fails in the right suite, and says why, when the address of a gateway is wrong', async () => {
  const east = clusterOf(requireLab(), 'east');
  // An address of the lab's own network that nobody has.
  const wrong = (east.nodes[0]?.address ?? '').replace(/\.\d+$/, '.250');
  await east.kube.core.patchNamespacedServiceStatus({
    namespace: ISTIO_NAMESPACE,
    name: EAST_WEST_GATEWAY,
    body: [{ op: 'replace', path: '/status/loadBalancer', value: { ingress: [{ ip: wrong }] } }],
  });
  try {
    const run = await verify(...CONFORMANCE);
    const failed = run.verdict.tests.filter(({ verdict }) => verdict === 'failed');
    expect(run.exitCode, run.stdout).toBe(1);
    expect(new Set(failed.map(({ capability }) => capability))).toEqual(new Set(['discovery']));
    const reason =
      /east answered none of.*cause\? east: the east-west gateway is published at [\d.]+, which is no node of east/s;
    expect(
      failed.some((one) => reason.test(one.reason)),
      notPassed(run).join('\n'),
    ).toBe(true);
  } finally {
    await publishGateway(east.kube, east);
  }
});
