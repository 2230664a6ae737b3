import { expect, test } from '@playwright/test';
import type { AwsFlowLog, AwsObservability } from '../../model/aws-observability.ts';
import type { AwsExpectations } from '../../model/aws.ts';
import { analyseObservability } from './observability.ts';

const wanted: AwsExpectations = {
  flowLogs: true,
  controlPlaneLogs: ['api', 'audit'],
  containerInsights: true,
  residency: [],
  identities: [],
};
const log: AwsFlowLog = {
  id: 'fl-1',
  resource: 'vpc-1',
  traffic: 'ALL',
  status: 'ACTIVE',
  delivery: 'SUCCESS',
};
const good: AwsObservability = {
  cluster: 'east',
  eksName: 'shop-east',
  vpc: 'vpc-1',
  subnets: ['subnet-a', 'subnet-b'],
  flowLogs: [log],
  controlPlaneLogs: ['api', 'audit', 'scheduler'],
  logGroups: ['/aws/eks/shop-east/cluster', '/aws/containerinsights/shop-east/performance'],
};

function words(changes: Partial<AwsObservability>, expectations = wanted): string[] {
  return analyseObservability([{ ...good, ...changes }], expectations).map((one) => one.words);
}

test('what is on as the environment says is no finding, and neither is what it does not ask for', () => {
  expect(words({})).toEqual([]);
  const bySubnet = ['subnet-a', 'subnet-b'].map((resource) => ({ ...log, resource }));
  expect(words({ flowLogs: bySubnet })).toEqual([]);
  const nothing = {
    flowLogs: false,
    controlPlaneLogs: [],
    containerInsights: false,
    residency: [],
    identities: [],
  };
  expect(words({ flowLogs: [], controlPlaneLogs: [], logGroups: [] }, nothing)).toEqual([]);
});

test('flow logs that are missing, partial, half or broken', () => {
  expect(words({ flowLogs: [] })).toEqual([
    'east: flow logs are not on: none for vpc-1, nor for subnet-a, subnet-b',
  ]);
  expect(words({ flowLogs: [{ ...log, resource: 'subnet-a' }] })).toEqual([
    'east: flow logs are not on: none for vpc-1, nor for subnet-b',
  ]);
  expect(words({ flowLogs: [{ ...log, traffic: 'REJECT' }] })[0]).toContain('fl-1 records REJECT only');
  expect(words({ flowLogs: [{ ...log, delivery: 'FAILED', problem: 'Access error' }] })[0]).toContain(
    'delivers nothing (Access error)',
  );
});

test('control-plane logs and Container Insights', () => {
  expect(words({ controlPlaneLogs: ['api'] })).toEqual(['east: the control plane does not log audit']);
  expect(words({ logGroups: [] })).toEqual([
    'east: the control plane is to log, and there is no log group /aws/eks/shop-east/cluster',
    'east: Container Insights is not on: there is no log group /aws/containerinsights/shop-east/performance',
  ]);
});
