import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { publishGateway } from '../../lib/mesh/istio/install.ts';
import { EAST_WEST_GATEWAY, ISTIO_NAMESPACE } from '../../lib/mesh/istio/operator.ts';
import { clusterOf, meshproof, notPassed, requireLab, verify } from './lab.ts';
import { filesIn, journalsOf, leaksIn, secretsOf } from './secrets.ts';

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
    // A red run looks at everything: proxies, control planes, Secrets of clusters.
    await mustKeepSecrets({ ...filesIn(run.output), stdout: run.stdout, stderr: run.stderr });
  } finally {
    await publishGateway(east.kube, east);
  }
});

/** No key, token or credential stands in these texts, in what diagnosis prints, or in our journals; and one would be found there. */
async function mustKeepSecrets(texts: Record<string, string>): Promise<void> {
  const lab = requireLab();
  const canary = 'c4n4ry-Xq7/ZtP0wVb2Lr9KdEs5';
  const secrets = await secretsOf(lab, { 'a credential of the environment': canary });
  expect(secrets.length).toBeGreaterThan(10);
  const folder = mkdtempSync(join(tmpdir(), 'meshproof-diagnosis-'));
  const looked = await meshproof(['diagnose', '--output', folder], {
    AWS_SECRET_ACCESS_KEY: canary,
    AWS_SESSION_TOKEN: canary,
  });
  const said = { diagnose: looked.stdout + looked.stderr, ...filesIn(folder) };
  const all = { ...texts, ...journalsOf(lab), ...said };
  expect(Object.keys(all).length).toBeGreaterThan(20);
  expect(leaksIn(secrets, all)).toEqual([]);
  for (const { what, piece } of secrets)
    expect(leaksIn(secrets, { log: `said ${piece} aloud` })).toContain(`${what} in log`);
}
