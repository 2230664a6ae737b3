import { expect, test } from '@playwright/test';
import { shippedDurations } from './durations.ts';
import { listTests } from './test-list.ts';

/** Tests that nothing can be measured of in the default environment with images from source, and why. */
const NOT_APPLICABLE: Record<string, string> = {
  'aws/failover: the name of the gateways fails over, and back': 'not on AWS',
  'aws/identities: a service account has the same AWS rights everywhere': 'not on AWS',
  'aws/names: the records of gateways can fail over': 'not on AWS',
  'aws/network: the network lets the mesh through, and nothing more': 'not on AWS',
  'aws/recordings: what must be recorded is recorded': 'not on AWS',
  'aws/residency: a service that has a home is answered there': 'not on AWS',
  'aws/ways: connections end as the configuration says': 'not on AWS',
  'discovery/conflict: exports that disagree are reported as a conflict':
    'Istio writes no conditions into exports',
  'discovery/some-clusters: a service in some of the clusters is answered by them, from all of them':
    'some clusters, neither one nor all, take three',
  'discovery/stateful-pods: each pod of a StatefulSet is reached by its own name from the other clusters':
    'Istio finds pods of a StatefulSet in their own cluster only',
  'latency/same-zone: calls within a zone keep their budgets in every protocol': 'each zone has one worker',
  'observability/golden-metrics: golden metrics name source and destination cluster of each call':
    'a plain Envoy has no stats filter of Istio',
  'policy/network-policy: a NetworkPolicy closes the ports that it does not open':
    'our CNI enforces no NetworkPolicy',
};

test('every test has a shipped duration, or a reason why it has none; none is left of a test that is gone', async () => {
  // Playwright itself lists them.
  test.setTimeout(90_000);
  const tests = await listTests({ suites: [], profile: 'extended' });
  const ids = new Set(tests.map(({ id }) => id));
  const known = new Set([...Object.keys(shippedDurations()), ...Object.keys(NOT_APPLICABLE)]);
  expect([...ids].filter((id) => !known.has(id))).toEqual([]);
  expect([...known].filter((id) => !ids.has(id))).toEqual([]);
});
