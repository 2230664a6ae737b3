import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { DeleteLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DeleteFlowLogsCommand, DeleteRouteCommand } from '@aws-sdk/client-ec2';
import { UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { UpdateHealthCheckCommand } from '@aws-sdk/client-route-53';
import { expect, test } from '@playwright/test';
import { loadEnvironment } from '../../lib/environment/load.ts';
import type { IamSubject } from '../../lib/model/aws-iam.ts';
import { checkAws } from '../../lib/run/aws/check.ts';
import { isEks } from '../../lib/run/aws/eks-environment.ts';
import { tryExec } from '../../lib/support/exec.ts';
import { projectRoot } from '../../lib/support/paths.ts';
import { awsEnv, MOTO_START_MS, type Moto, startMoto } from './moto.ts';
import { startRouteFront } from './route-front.ts';
import { fileIn } from './verify-file.ts';
import {
  allow,
  grantRights,
  issuerOf,
  nameGateways,
  recordEverything,
  recordOf,
  trustIn,
  upsert,
  ZONE,
} from './verify-extras.ts';
import { ACCOUNT, verifyWorld } from './verify-world.ts';

let moto: Moto | undefined;
let front: Awaited<ReturnType<typeof startRouteFront>> | undefined;
let folder = '';
test.beforeAll(async () => {
  test.setTimeout(MOTO_START_MS);
  moto = await startMoto();
  front = await startRouteFront(moto.endpoint);
  Object.assign(process.env, awsEnv(front.endpoint));
  folder = mkdtempSync(join(tmpdir(), 'meshproof-aws-check-'));
});
test.beforeEach(() => moto?.reset());
test.afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await front?.[Symbol.asyncDispose]();
  await moto?.stop();
});

/** The command as a user gives it. */
function check(...args: string[]) {
  return tryExec(execPath, ['lib/cli/main.ts', 'aws', 'check', '-e', fileIn(folder), ...args], {
    cwd: projectRoot,
  });
}

test('aws check is green on a right environment, and red with the right words on each planted defect', async () => {
  test.setTimeout(400_000);
  const { east, west } = await verifyWorld('peering');
  const roles = [await grantRights(east), await grantRights(west)];
  const { flowLog } = await recordEverything(east);
  const { group } = await recordEverything(west);
  const { zone, check: healthCheck } = await nameGateways(east, west);

  const right = await check();
  expect(right.stdout, right.stderr).toContain('shop: nothing is wrong (network, iam, dns, cloudwatch;');
  expect(right.exitCode).toBe(0);
  const { calls, paths } = JSON.parse((await check('--json')).stdout) as { calls: number; paths: unknown[] };
  expect(paths.length).toBeGreaterThan(0);
  expect(calls).toBeLessThan(60);

  const { ec2, iam, route53 } = east.aws;
  await ec2.send(new DeleteFlowLogsCommand({ FlowLogIds: [flowLog] }));
  await west.aws.logs.send(new DeleteLogGroupCommand({ logGroupName: group }));
  await allow(west, ['dynamodb:GetItem', 'dynamodb:DeleteItem']);
  await iam.send(
    new UpdateAssumeRolePolicyCommand({ RoleName: roles[0], PolicyDocument: trustIn(await issuerOf(west)) }),
  );
  await upsert(east, zone, recordOf('SECONDARY', { TTL: 300 }));
  await route53.send(new UpdateHealthCheckCommand({ HealthCheckId: healthCheck, Inverted: true }));
  await ec2.send(new DeleteRouteCommand({ RouteTableId: east.routeTable, DestinationCidrBlock: west.cidr }));

  const wrong = await check();
  expect(wrong.exitCode).toBe(1);
  const said = [
    `✗ network/port-blocked: east → west tcp 15443 (east-west gateway (mTLS passed through by SNI)) is denied by route ${east.routeTable}`,
    '✗ iam/unequal-rights: shop/cart may do other things in west than in east: only in west: Allow dynamodb:deleteitem on arn:aws:dynamodb:{region}:{account}:table/carts',
    `✗ iam/trust: shop/cart in east: the role ${roles[0]}: it does not trust the issuer of east`,
    `✗ dns/ttl: gateway.${ZONE} CNAME (west) may be kept for 300 s, where 30 s are allowed`,
    `✗ dns/health-check: gateway.${ZONE} CNAME (east): the health check ${healthCheck} is inverted`,
    `✗ cloudwatch/flow-logs: east: flow logs are not on: none for ${east.vpc}`,
    `✗ cloudwatch/container-insights: west: Container Insights is not on: there is no log group ${group}`,
  ];
  for (const words of said) expect(wrong.stdout).toContain(words);
  // Only what is asked for is looked at.
  const some = await check('--only', 'cloudwatch,dns');
  expect(some.stdout).toContain('✗ dns/ttl');
  expect(some.stdout).not.toMatch(/network\/|iam\//);
});

test('what cannot be read is broken, and what is wrongly asked for is usage', async () => {
  const nothing = await check('--only', 'network');
  expect(nothing.exitCode, nothing.stderr).toBe(3);
  expect(nothing.stderr).toContain('there is no EKS cluster meshproof-shop-');
  expect((await check('--only', 'weather')).exitCode).toBe(64);
  const kind = await tryExec(execPath, ['lib/cli/main.ts', 'aws', 'check', '-e', 'kind-istio'], {
    cwd: projectRoot,
  });
  expect(kind.exitCode).toBe(64);
  expect(kind.stderr).toContain('kind-istio is not on AWS');
});

test('what service accounts say themselves is held against AWS, too', async () => {
  const { east, west } = await verifyWorld('peering');
  await grantRights(east);
  await grantRights(west);
  const environment = loadEnvironment(fileIn(folder));
  if (!isEks(environment)) throw new Error('not on AWS');
  const cart: IamSubject = {
    cluster: 'east',
    namespace: 'shop',
    serviceAccount: 'cart',
    via: 'irsa',
    known: 'annotation',
    role: `arn:aws:iam::${ACCOUNT}:role/${east.eksName}-cart`,
  };
  const said = async (...annotated: IamSubject[]) => {
    const { findings, identities } = await checkAws(environment, ['iam'], { annotated });
    expect(identities).toHaveLength(
      2 + annotated.filter(({ serviceAccount }) => serviceAccount !== 'cart').length,
    );
    return findings.filter(({ severity }) => severity === 'failed').map(({ words }) => words);
  };
  expect(await said()).toEqual([]);
  // The annotation says what the trust policy says: one service account, and not two.
  expect(await said(cart)).toEqual([]);
  expect(await said({ ...cart, serviceAccount: 'orders' })).toEqual([
    `shop/orders in east: the role ${east.eksName}-cart: its subject is system:serviceaccount:shop:cart, and not system:serviceaccount:shop:orders`,
  ]);
  const gone = `arn:aws:iam::${ACCOUNT}:role/gone`;
  expect(await said({ ...cart, serviceAccount: 'orders', role: gone })).toEqual([
    `shop/orders in east is to be ${gone}, which does not exist`,
  ]);
});
