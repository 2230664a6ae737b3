import { analyseNetwork } from '../../lib/analysis/aws/network.ts';
import { groupOf, partsOf, peeredNetwork } from '../../lib/analysis/aws/sample-network.ts';
import { istioPorts } from '../../lib/mesh/istio/ports.ts';
import type { AwsCheck } from '../../lib/model/aws-check.ts';
import type { AwsReport } from '../../lib/run/aws/check.ts';
import { isPlanted } from './defects.ts';

/** The accounts of the fake lab: a peered network, judged as a real one; of the rest, that it is in order or not. */
export function fakeAws(checks: readonly AwsCheck[]): AwsReport {
  const sample = peeredNetwork();
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
    calls: 28,
  };
}
