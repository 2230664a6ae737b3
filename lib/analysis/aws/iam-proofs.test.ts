import { expect, test } from '@playwright/test';
import type { IamProof, IamSubject } from '../../model/aws-iam.ts';
import { judgeProofs, rolesOf } from './iam-proofs.ts';

const ROLE = 'arn:aws:iam::111122223333:role/teams/shop/shop-east-cart';
const SESSION = 'arn:aws:sts::111122223333:assumed-role/shop-east-cart/botocore-session-1';

function subject(changes: Partial<IamSubject> = {}): IamSubject {
  return {
    cluster: 'east',
    namespace: 'shop',
    serviceAccount: 'cart',
    via: 'irsa',
    known: 'annotation',
    role: ROLE,
    ...changes,
  };
}

function answered(answer: IamProof['answer']): IamProof[] {
  return [{ cluster: 'east', namespace: 'shop', serviceAccount: 'cart', answer }];
}

function kinds(answer: IamProof['answer'], subjects = [subject()]): string[] {
  return judgeProofs(['shop/cart'], subjects, answered(answer)).map(({ kind }) => kind);
}

test('a session of the role that the service account names is in order, whatever the path of the role', () => {
  expect(kinds({ arn: SESSION })).toEqual([]);
});

test('another role, another account, a node’s role and a user are not', () => {
  for (const arn of [
    SESSION.replace('cart', 'orders'),
    SESSION.replace('111122223333', '444455556666'),
    SESSION.replace('arn:aws:', 'arn:aws-cn:'),
    'arn:aws:sts::111122223333:assumed-role/shop-east-node/i-0123456789',
    'arn:aws:iam::111122223333:user/shop-east-cart',
    '',
  ])
    expect(kinds({ arn }), arn).toEqual(['other-identity']);
});

test('a pod that got nothing, and one that AWS refused, are told apart, with what should be', () => {
  const [missing] = judgeProofs(['shop/cart'], [subject()], answered({ missing: true }));
  expect(missing).toMatchObject({ kind: 'no-credentials', severity: 'failed', resources: [ROLE] });
  expect(missing?.words).toContain(`is given no AWS credentials, and should be ${ROLE}`);
  const refused = 'InvalidIdentityToken: No OpenIDConnect provider found in your account';
  const [denied] = judgeProofs(['shop/cart'], [subject()], answered({ refused }));
  expect(denied).toMatchObject({ kind: 'refused', words: expect.stringContaining(refused) });
});

test('a service account that nobody gave a role is told once', () => {
  const findings = judgeProofs(['shop/cart', 'shop/orders'], [subject()], answered({ arn: SESSION }));
  expect(findings.map(({ words }) => words)).toEqual([
    'shop/orders has no AWS role in any cluster: no annotation, no association of Pod Identity, and no role that trusts it',
  ]);
});

test('what the cluster says of a service account goes before roles that would trust it', () => {
  const trusting = subject({ known: 'trust policy', role: ROLE.replace('cart', 'old') });
  expect(rolesOf([trusting, subject()], subject())).toEqual([ROLE]);
  expect(rolesOf([trusting], subject())).toEqual([trusting.role]);
  expect(rolesOf([subject({ cluster: 'west' })], subject())).toEqual([]);
});
