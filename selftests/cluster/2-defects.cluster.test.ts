import type { V1Secret } from '@kubernetes/client-node';
import { expect, test } from '@playwright/test';
import { publishGateway } from '../../lib/mesh/istio/install.ts';
import { meshManifests } from '../../lib/mesh/istio/manifests.ts';
import { EAST_WEST_GATEWAY, ISTIO_NAMESPACE } from '../../lib/mesh/istio/operator.ts';
import type { Lab } from '../../lib/model/lab.ts';
import { apply } from '../../lib/support/kube.ts';
import { clusterOf, notPassed, requireLab, verify } from './lab.ts';

/** A harm to the mesh's configuration; planting gives its removal back. */
interface Defect {
  name: string;
  plant(lab: Lab): Promise<() => Promise<void>>;
  /** Capabilities that must fail, and what their reason must say. */
  suites: string[];
  reason: RegExp;
}

/** What these defects can touch, and one suite that they can't. */
const CONFORMANCE = ['--grep', '^(discovery/(shared|remote)-service|dns/cluster-ip|mtls/plaintext):'];

const defects: Defect[] = [
  {
    name: 'STRICT mutual TLS turned to PERMISSIVE in east',
    suites: ['mtls'],
    reason: /payments in east rejects plaintext.*mutual TLS is not STRICT for payments in east/s,
    async plant(lab) {
      const { kube } = clusterOf(lab, 'east');
      const [policy] = meshManifests(lab.environment);
      if (!policy) throw new Error('no mesh-wide policy');
      await apply(kube, [{ ...policy, spec: { mtls: { mode: 'PERMISSIVE' } } } as typeof policy]);
      return () => apply(kube, [policy]);
    },
  },
  {
    name: 'the remote secret of west removed from east',
    suites: ['discovery'],
    reason: /west answered none of.*cause\? east: control plane does not watch cluster west/s,
    async plant(lab) {
      const { kube } = clusterOf(lab, 'east');
      const name = 'istio-remote-secret-west';
      const { data, metadata, type } = await kube.core.readNamespacedSecret({
        namespace: ISTIO_NAMESPACE,
        name,
      });
      await kube.core.deleteNamespacedSecret({ namespace: ISTIO_NAMESPACE, name });
      const secret: V1Secret = {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: {
          name,
          namespace: ISTIO_NAMESPACE,
          labels: metadata?.labels ?? {},
          annotations: metadata?.annotations ?? {},
        },
        ...(data ? { data } : {}),
        ...(type ? { type } : {}),
      };
      return () => apply(kube, [secret]);
    },
  },
  {
    name: "the address of east's gateway made wrong",
    suites: ['discovery'],
    reason:
      /east answered none of.*cause\? east: the east-west gateway is published at [\d.]+, which is no node of east/s,
    async plant(lab) {
      const east = clusterOf(lab, 'east');
      // An address of the lab's own network that nobody has.
      const wrong = (east.nodes[0]?.address ?? '').replace(/\.\d+$/, '.250');
      await east.kube.core.patchNamespacedServiceStatus({
        namespace: ISTIO_NAMESPACE,
        name: EAST_WEST_GATEWAY,
        body: [{ op: 'replace', path: '/status/loadBalancer', value: { ingress: [{ ip: wrong }] } }],
      });
      return () => publishGateway(east.kube, east);
    },
  },
];

for (const { name, plant, suites, reason } of defects) {
  test(`verify fails in the right suite when there is a defect: ${name}`, async () => {
    const remove = await plant(requireLab());
    try {
      const run = await verify(...CONFORMANCE);
      const failed = run.verdict.tests.filter(({ verdict }) => verdict === 'failed');
      expect(run.exitCode, run.stdout).toBe(1);
      expect(new Set(failed.map(({ capability }) => capability))).toEqual(new Set(suites));
      expect(
        failed.some((one) => reason.test(one.reason)),
        notPassed(run).join('\n'),
      ).toBe(true);
    } finally {
      await remove();
    }
  });
}

test('verify is green again when the defects are gone', async () => {
  const run = await verify(...CONFORMANCE);
  expect(notPassed(run), run.stdout).toEqual([]);
  expect(run.exitCode).toBe(0);
});
