import { DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import { expect, test } from '@playwright/test';
import { awsCalls } from '../../lib/aws/calls.ts';
import { awsClients } from '../../lib/aws/clients.ts';
import { ourTags, tagList } from '../../lib/aws/tags.ts';
import type { AwsAccount } from '../../lib/model/aws.ts';
import { exitCodeOf } from '../../lib/support/errors.ts';
import { useMoto } from './use-moto.ts';

const region = 'eu-central-1';
const role = 'arn:aws:iam::111122223333:role/meshproof';
const main: AwsAccount = { name: 'main', id: '111122223333', role, deny: ['999999999999'] };

useMoto();

/** The calls of one account, as IAM names them, with how they ended. */
function callsOf(account: string): string[] {
  return awsCalls()
    .filter((call) => call.account === account)
    .map(({ service, action, error }) => `${service}:${action}${error === undefined ? '' : ` ${error}`}`);
}

test('a call goes to the assumed account once its identity is known, and is recorded as IAM names it', async () => {
  const { ec2, identity } = awsClients({ account: main, region });
  await ec2.send(new DescribeVpcsCommand({}));
  await ec2.send(new DescribeVpcsCommand({}));
  expect(await identity()).toMatchObject({ account: '111122223333' });
  expect(callsOf('main')).toEqual([
    'sts:AssumeRole',
    'sts:GetCallerIdentity',
    'ec2:DescribeVpcs',
    'ec2:DescribeVpcs',
  ]);
  expect(awsCalls().at(-1)).toMatchObject({ region, attempts: 1 });
});

for (const [what, account, message] of [
  ['on the deny list', { ...main, name: 'denied', deny: ['1111*'] }, 'deny list'],
  [
    'not the named one',
    { ...main, name: 'other', id: '444455556666' },
    'belong to the AWS account 111122223333',
  ],
] as const) {
  test(`an account that is ${what} gets no call at all`, async () => {
    const { ec2 } = awsClients({ account, region });
    const error = await ec2.send(new DescribeVpcsCommand({})).catch((thrown: unknown) => thrown);
    expect(String(error)).toContain(message);
    expect(exitCodeOf(error)).toBe(64);
    expect(callsOf(account.name)).toEqual(['sts:AssumeRole', 'sts:GetCallerIdentity']);
  });
}

test('without credentials there is one clear error', async () => {
  const key = process.env['AWS_ACCESS_KEY_ID'];
  delete process.env['AWS_ACCESS_KEY_ID'];
  try {
    const { ec2 } = awsClients({ account: { name: 'nobody', deny: [] }, region });
    const error = await ec2.send(new DescribeVpcsCommand({})).catch((thrown: unknown) => thrown);
    expect(String(error)).toContain('AWS does not let the credentials of this shell in');
    expect(exitCodeOf(error)).toBe(3);
  } finally {
    process.env['AWS_ACCESS_KEY_ID'] = key;
  }
});

test('our tags are read back, and what lacks them is none of ours', () => {
  const tags = { environment: 'shop', run: 'r-1', owner: 'team-mesh', expires: '2026-11-23T00:00:00.000Z' };
  expect(ourTags([{ Key: 'Name', Value: 'x' }, ...tagList(tags)])).toEqual(tags);
  expect(ourTags([{ Key: 'Name', Value: 'shop' }])).toBeUndefined();
});
