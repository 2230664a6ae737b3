import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { STACK_ACTIONS } from '../../lib/aws/stack-actions.ts';
import { clusterStacks } from '../../lib/environment/eks/template/index.ts';
import { parseEnvironment } from '../../lib/environment/load.ts';
import { projectRoot } from '../../lib/support/paths.ts';

test('CloudFormation has rights for the types that templates have, and for no others', () => {
  const agent = (text: string) =>
    text.replace(/^( +)vpc-cni: .*$/m, '$&\n$1eks-pod-identity-agent: v1.3.0-eksbuild.1');
  const texts = ['eks-two-regions', 'eks-two-regions-tgw'].map((name) =>
    readFileSync(join(projectRoot, 'environments', `${name}.yaml`), 'utf8'),
  );
  const variants = [
    ...texts,
    ...texts.map((text) =>
      agent(text).replaceAll(
        /^( +)(vpcCidr: .*)$/gm,
        '$1$2\n$1egress: endpoints\n$1identities: pod-identity\n$1admins: ["arn:aws:iam::111122223333:role/admin"]',
      ),
    ),
  ];
  const types = variants
    .flatMap((text) => clusterStacks(parseEnvironment(text, 'variant.yaml')))
    .flatMap(({ template }) => Object.values(template.Resources).map(({ Type }) => Type));
  expect([...new Set(types)].sort()).toEqual(Object.keys(STACK_ACTIONS).sort());
});
