import { judgeProofs } from '../../analysis/aws/iam-proofs.ts';
import { meshDriver } from '../../mesh/registry.ts';
import type { AwsCheck } from '../../model/aws-check.ts';
import type { Lab } from '../../model/lab.ts';
import { MeshproofError } from '../../support/errors.ts';
import { annotatedAccounts } from './annotated-accounts.ts';
import { type AwsReport, checkAws } from './check.ts';
import { isEks } from './eks-environment.ts';
import { proveIdentities } from './prove-identities.ts';

/**
 * As {@link checkAws}, for a lab that is up: its clusters say where their gateways are and which roles service accounts name, and pods
 * prove those that the environment's file lets them.
 */
export async function checkLab(lab: Lab, run: string, checks: readonly AwsCheck[]): Promise<AwsReport> {
  const { environment, clusters } = lab;
  if (!isEks(environment))
    throw new MeshproofError('not-applicable', `the clusters of ${environment.name} are not on AWS`);
  const driver = meshDriver(environment);
  const [gateways, annotated] = await Promise.all([
    checks.includes('dns')
      ? Promise.all(
          clusters.map(async (cluster) => ({ cluster: cluster.name, names: await driver.gateways(cluster) })),
        )
      : undefined,
    checks.includes('iam') ? Promise.all(clusters.map(annotatedAccounts)) : [],
  ]);
  const report = await checkAws(environment, checks, {
    ...(gateways ? { gateways } : {}),
    annotated: annotated.flat(),
  });
  const wanted = environment.provider.expect.identities;
  if (!checks.includes('iam') || wanted.length === 0) return report;
  const proofs = await proveIdentities(lab, run, wanted, report.identities);
  return {
    ...report,
    findings: [...report.findings, ...judgeProofs(wanted, report.identities, proofs)],
    proofs,
  };
}
