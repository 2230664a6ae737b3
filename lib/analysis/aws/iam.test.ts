import { expect, test } from '@playwright/test';
import type { IamDocument, IamPolicy, IamSnapshot, IamSubject } from '../../model/aws-iam.ts';
import { analyseIam } from './iam.ts';
import { trustedSubjects } from './iam-trust.ts';

const ACCOUNT = '111122223333';
const REGIONS = { east: 'eu-central-1', west: 'us-west-2' } as const;
type Name = keyof typeof REGIONS;

function issuer(name: Name): string {
  return `oidc.eks.${REGIONS[name]}.amazonaws.com/id/${name.toUpperCase()}`;
}

function trustOf(name: Name, changes: object = {}): IamDocument {
  return {
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/${issuer(name)}` },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: {
            [`${issuer(name)}:sub`]: 'system:serviceaccount:shop:cart',
            [`${issuer(name)}:aud`]: 'sts.amazonaws.com',
          },
        },
        ...changes,
      },
    ],
  };
}

function policy(name: Name, changes: object = {}, byAws = false): IamPolicy {
  const table = `arn:aws:dynamodb:${REGIONS[name]}:${ACCOUNT}:table/carts`;
  const statement = {
    Effect: 'Allow',
    Action: ['dynamodb:GetItem', 'dynamodb:PutItem'],
    Resource: table,
    ...changes,
  };
  return { name: 'carts', byAws, document: { Statement: statement } };
}

function snapshot(): IamSnapshot {
  const names = ['east', 'west'] as const;
  return {
    clusters: names.map((name) => ({
      cluster: name,
      eksName: `shop-${name}`,
      account: ACCOUNT,
      region: REGIONS[name],
      issuer: issuer(name),
      audiences: ['sts.amazonaws.com'],
    })),
    subjects: names.map(
      (name): IamSubject => ({
        cluster: name,
        namespace: 'shop',
        serviceAccount: 'cart',
        via: 'irsa',
        known: 'annotation',
        role: `arn:aws:iam::${ACCOUNT}:role/cart-${name}`,
      }),
    ),
    roles: names.map((name) => ({
      arn: `arn:aws:iam::${ACCOUNT}:role/cart-${name}`,
      name: `cart-${name}`,
      trust: trustOf(name),
      policies: [policy(name)],
    })),
  };
}

function wordsAfter(plant: (snapshot: IamSnapshot) => void): string[] {
  const state = snapshot();
  plant(state);
  return analyseIam(state).map(({ kind, severity, words }) => `${severity} ${kind}: ${words}`);
}

/** Gives the role of a cluster another trust policy or other rights. */
function role(name: Name, changes: { trust?: IamDocument; policies?: IamPolicy[] }) {
  return ({ roles }: IamSnapshot) => void Object.assign(roles[name === 'east' ? 0 : 1] ?? {}, changes);
}

const sub = (value: string, operator = 'StringEquals') =>
  trustOf('east', {
    Condition: {
      [operator]: { [`${issuer('east')}:sub`]: value, [`${issuer('east')}:aud`]: 'sts.amazonaws.com' },
    },
  });

const CASES: [string, (snapshot: IamSnapshot) => void, RegExp][] = [
  [
    'the issuer of another cluster',
    role('west', { trust: trustOf('east') }),
    /^failed trust: shop\/cart in west: the role cart-west: it does not trust the issuer of west \(.*WEST\), but .*EAST/,
  ],
  [
    'another service account',
    role('east', { trust: sub('system:serviceaccount:shop:cat') }),
    /^failed trust: .* its subject is system:serviceaccount:shop:cat, and not system:serviceaccount:shop:cart/,
  ],
  [
    'a subject with a wildcard',
    role('east', { trust: sub('system:serviceaccount:shop:*', 'StringLike') }),
    /^failed trust: .* its subject has a wildcard/,
  ],
  [
    'no subject',
    role('east', {
      trust: trustOf('east', {
        Condition: { StringEquals: { [`${issuer('east')}:aud`]: 'sts.amazonaws.com' } },
      }),
    }),
    /^failed trust: .* names no subject: every service account/,
  ],
  [
    'no audience',
    role('east', {
      trust: trustOf('east', {
        Condition: { StringEquals: { [`${issuer('east')}:sub`]: 'system:serviceaccount:shop:cart' } },
      }),
    }),
    /^failed trust: .* does not insist on the audience/,
  ],
  [
    'a role for everybody',
    role('east', { trust: { Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' }] } }),
    /^failed trust: .* lets everybody take it/,
  ],
  [
    'a role that is gone',
    ({ roles }) => void roles.pop(),
    /^failed role-missing: shop\/cart in west is to be arn:.*cart-west, which does not exist/,
  ],
  [
    'an identity provider that IAM does not have',
    ({ clusters }) => void delete clusters[0]?.audiences,
    /^failed trust: .* account 111122223333 has no identity provider for oidc/,
  ],
  [
    'one right more',
    role('west', { policies: [policy('west'), policy('west', { Action: 'dynamodb:DeleteItem' })] }),
    /^failed unequal-rights: shop\/cart may do other things in west than in east: only in west: Allow dynamodb:deleteitem on arn:aws:dynamodb:\{region\}:\{account\}:table\/carts$/,
  ],
  [
    'a condition that one of two has',
    role('west', { policies: [policy('west', { Condition: { Bool: { 'aws:SecureTransport': 'true' } } })] }),
    /^failed unequal-rights: .* if Bool aws:SecureTransport true/,
  ],
  [
    'every action',
    role('east', { policies: [policy('east', { Action: 'dynamodb:*' })] }),
    /^failed wildcard: the role cart-east: the policy carts allows dynamodb:\*/,
  ],
  [
    'every resource',
    role('east', { policies: [policy('east', { Resource: '*' })] }),
    /^failed wildcard: .* allows dynamodb:PutItem on every resource/,
  ],
  [
    'all but one action',
    role('east', { policies: [policy('east', { Action: undefined, NotAction: 'iam:*' })] }),
    /^failed wildcard: .* \(NotAction\)/,
  ],
  [
    'a service account with rights in one cluster only',
    ({ subjects }) => void subjects.pop(),
    /^remark rights-missing: shop\/cart has AWS rights in east, and none in west/,
  ],
];

test('equal rights by roles that only their service accounts can take are in order', () => {
  expect(wordsAfter(() => undefined)).toEqual([]);
  // … in whatever order and policies they are written.
  const apart = [
    policy('west', { Action: 'DYNAMODB:putitem', Sid: 'b' }),
    policy('west', { Action: ['dynamodb:GetItem'] }),
  ];
  expect(wordsAfter(role('west', { policies: apart }))).toEqual([]);
});

for (const [name, plant, words] of CASES) {
  test(`finds ${name}`, () => {
    const found = wordsAfter(plant);
    expect(
      found.some((one) => words.test(one)),
      found.join('\n'),
    ).toBe(true);
  });
}

test('Pod Identity wants its own principal, with both actions', () => {
  const own = {
    Effect: 'Allow',
    Principal: { Service: 'pods.eks.amazonaws.com' },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
  };
  const withTrust = (trust: IamDocument) => (state: IamSnapshot) => {
    for (const subject of state.subjects) subject.via = 'pod-identity';
    for (const one of state.roles) one.trust = trust;
  };
  expect(wordsAfter(withTrust({ Statement: own }))).toEqual([]);
  expect(wordsAfter(withTrust({ Statement: { ...own, Action: 'sts:AssumeRole' } }))[0]).toContain(
    'does not allow pods.eks.amazonaws.com sts:TagSession',
  );
  expect(wordsAfter(withTrust(trustOf('east')))[0]).toContain('it does not trust pods.eks.amazonaws.com');
});

test('what AWS wrote, and what only reads, is a remark', () => {
  const read = wordsAfter(
    role('east', { policies: [policy('east', { Action: 'ec2:DescribeVpcs', Resource: '*' })] }),
  );
  expect(read.filter((one) => one.includes('wildcard'))).toEqual([expect.stringMatching(/^remark wildcard/)]);
  const aws = wordsAfter(role('east', { policies: [policy('east', { Action: 'ec2:*' }, true)] }));
  expect(aws.filter((one) => one.includes('wildcard'))).toEqual([expect.stringMatching(/^remark wildcard/)]);
});

test('reads the service accounts that a trust policy names', () => {
  expect(trustedSubjects(trustOf('east'))).toEqual([
    { issuer: issuer('east'), namespace: 'shop', serviceAccount: 'cart' },
  ]);
  expect(trustedSubjects(sub('system:serviceaccount:shop:*', 'StringLike'))).toHaveLength(1);
});
