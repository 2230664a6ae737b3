import { expect, test } from '@playwright/test';
import { loadEnvironment } from '../../load.ts';
import { amiType, nodesByZone } from './cluster.ts';
import { clusterStacks } from './index.ts';
import { planSubnets } from './subnets.ts';
import { getAtt, lintTemplate, ref, sub, type Template } from './template.ts';

const rules = { tagKeys: ['owner'], taggable: (type: string) => type === 'AWS::EC2::VPC' };
const tags = [{ Key: 'owner', Value: 'me' }];

function template(changes: Partial<Template> = {}): Template {
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: 'x',
    Parameters: { Expires: { Type: 'String', Description: 'x' } },
    Resources: {
      Vpc: { Type: 'AWS::EC2::VPC', Properties: { Until: ref('Expires'), Tags: tags } },
      Subnet: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: ref('Vpc') } },
    },
    Outputs: { VpcId: { Value: ref('Vpc') } },
    ...changes,
  };
}

test('a template whose names, order and tags are right has no problem', () => {
  expect(lintTemplate(template(), rules)).toEqual([]);
});

const { Resources, Outputs } = template();
for (const [what, changes, problem] of [
  [
    'a Ref to nothing',
    { Resources: { ...Resources, X: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: ref('Vpcs') } } } },
    'X: there is no Vpcs',
  ],
  [
    'a GetAtt of nothing',
    {
      Resources: {
        ...Resources,
        X: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: getAtt('Gone', 'Id') } },
      },
    },
    'X: there is no Gone',
  ],
  [
    'a text that names nothing',
    {
      Resources: {
        ...Resources,
        X: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: sub('${here}-${Gone.Arn}', { here: 'x' }) } },
      },
    },
    'X: there is no Gone',
  ],
  [
    'a DependsOn of nothing',
    { Resources: { ...Resources, X: { Type: 'AWS::EC2::Subnet', Properties: {}, DependsOn: ['Gone'] } } },
    'X: there is no Gone',
  ],
  [
    'an output of nothing',
    { Outputs: { ...Outputs, X: { Value: ref('Gone') } } },
    'output X: there is no Gone',
  ],
  [
    'a circle',
    {
      Resources: {
        ...Resources,
        A: { Type: 'AWS::EC2::Subnet', Properties: {}, DependsOn: ['B'] },
        B: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: ref('A') } },
      },
    },
    'a circle: A → B → A',
  ],
  [
    'a resource without its tags',
    { Resources: { Vpc: { Type: 'AWS::EC2::VPC', Properties: { Until: ref('Expires') } } } },
    'Vpc: without the tags owner',
  ],
  [
    'a parameter that nothing uses',
    { Parameters: { ...template().Parameters, Y: { Type: 'String', Description: '' } } },
    'parameter Y: nothing uses it',
  ],
  ['a text that is too long', { Description: 'x'.repeat(52_000) }, 'CloudFormation takes 51200'],
] as [string, Partial<Template>, string][])
  test(`${what} is a problem`, () => {
    expect(lintTemplate(template(changes), rules).join('; ')).toContain(problem);
  });

test('subnets of six zones neither meet nor leave the smallest VPC', () => {
  const zones = ['a', 'b', 'c', 'd', 'e', 'f'];
  const ranges = planSubnets('10.10.0.0/22', zones);
  expect(ranges[0]).toEqual({ zone: 'a', private: '10.10.0.0/25', public: '10.10.3.128/28' });
  expect(ranges[5]).toEqual({ zone: 'f', private: '10.10.2.128/25', public: '10.10.3.208/28' });
  expect(() => planSubnets('10.10.0.0/23', zones)).toThrow('no plan');
});

test('nodes boot an image of their architecture, and are spread over the zones', () => {
  expect(['m7g.large', 'c7gn.xlarge', 't4g.small', 'a1.large'].map(amiType)).toEqual(
    Array(4).fill('AL2023_ARM_64_STANDARD'),
  );
  expect(['m7i.large', 'm7i-flex.large', 'g5.xlarge', 'c6a.large'].map(amiType)).toEqual(
    Array(4).fill('AL2023_x86_64_STANDARD'),
  );
  const environment = loadEnvironment('environments/eks-two-regions.yaml');
  const { provider } = environment;
  if (provider.kind !== 'eks' || !provider.clusters['east']) throw new Error('not of eks');
  const spec = {
    ...provider.clusters['east'],
    zones: ['a', 'b', 'c'],
    nodes: { instanceType: 'm7g.large', count: 4 },
  };
  expect(nodesByZone(spec)).toEqual([2, 1, 1]);
});

test('nodes come up after what they need, and everything carries our tags', () => {
  const [east] = clusterStacks(loadEnvironment('environments/eks-two-regions.yaml'));
  const made = east?.template.Resources ?? {};
  expect(made['Nodes0']?.DependsOn).toEqual(['VpcCni', 'KubeProxy']);
  expect(made['CoreDns']?.DependsOn).toEqual(['Nodes0', 'Nodes1']);
  expect(made['Cluster']?.DependsOn).toEqual(['ControlPlaneLogs']);
  expect(JSON.stringify(made['NodeTemplate']).split('meshproof.dev/expires')).toHaveLength(5);
});
