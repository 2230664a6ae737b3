import { analyseNetwork } from '../../lib/analysis/aws/network.ts';
import { groupOf, partsOf, peeredNetwork, ruleFor } from '../../lib/analysis/aws/sample-network.ts';
import { istioPorts } from '../../lib/mesh/istio/ports.ts';
import type { AwsCheck } from '../../lib/model/aws-check.ts';
import type { AwsReport } from '../../lib/run/aws/check.ts';
import { isPlanted } from './defects.ts';

/** The accounts of the fake lab: a peered network, judged as a real one; of the rest, that it is in order or not. */
export function fakeAws(checks: readonly AwsCheck[]): AwsReport {
  const sample = peeredNetwork();
  // The sample opens the ports of the sample; these are Istio's.
  for (const [name, far] of [
    ['east', '10.20.0.0/16'],
    ['west', '10.10.0.0/16'],
  ] as const)
    for (const { clusters, port } of istioPorts)
      if (clusters === 'between') groupOf(sample, name).ingress.push(ruleFor(far, port));
  if (isPlanted('aws-shut')) {
    const group = groupOf(sample, 'west');
    group.ingress = group.ingress.filter(({ fromPort }) => fromPort !== 15_443);
  }
  const network = analyseNetwork(...partsOf(sample), istioPorts);
  const others = checks.filter((check) => check !== 'network' && isPlanted('aws-unequal'));
  return {
    environment: 'fake',
    checks,
    findings: [
      ...(checks.includes('network') ? network.findings : []),
      ...others.map((check) => ({
        check,
        kind: 'planted',
        severity: 'failed' as const,
        words: `${check} is not in order`,
        resources: [],
      })),
    ],
    paths: checks.includes('network') ? network.paths : [],
    identities: [],
    calls: 28,
  };
}
