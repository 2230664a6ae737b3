import {
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { expect, test } from '@playwright/test';
import { tagList } from '../../lib/aws/tags.ts';
import { findOurs, removeAll, sweepPlan } from '../../lib/environment/eks/sweep.ts';
import { silentLog } from '../../lib/support/log.ts';
import { balance } from './balancers.ts';
import { useMoto } from './use-moto.ts';

useMoto();

const place = { account: { name: 'default', deny: [] }, region: 'eu-central-1' };
const ours = tagList({ environment: 'gone', owner: 'someone', expires: '2026-01-01T00:00:00.000Z' });

test('load balancers whose cluster is gone are removed with their target groups, and those of others stay', async () => {
  test.setTimeout(120_000);
  const elb = new ElasticLoadBalancingV2Client({ region: place.region });
  await balance(place.region, 'ours', ours);
  await balance(place.region, 'theirs', []);
  const { remove, leave } = sweepPlan(await findOurs([place]), { now: new Date() });
  expect(leave).toEqual([]);
  // moto's ARNs say `app` of every kind.
  expect(remove.map(({ kind, id }) => [kind, id.replace(/\w+$/, '')])).toEqual([
    ['elasticloadbalancing:loadbalancer', 'app/ours/'],
    ['elasticloadbalancing:targetgroup', 'ours/'],
  ]);
  const work = { log: silentLog, signal: new AbortController().signal, firstLookMs: 10 };
  // A listener holds its target group: the other way round nothing goes.
  const [balancer, group] = remove;
  if (!balancer || !group) throw new Error('nothing to remove');
  expect((await removeAll([group], { ...work, limitMs: 50 })).join()).toContain('ResourceInUse');
  expect(await removeAll(remove, work)).toEqual([]);
  expect(await findOurs([place])).toEqual([]);
  expect(await removeAll(remove, work), 'what is gone is no failure').toEqual([]);
  const { LoadBalancers = [] } = await elb.send(new DescribeLoadBalancersCommand({}));
  const { TargetGroups = [] } = await elb.send(new DescribeTargetGroupsCommand({}));
  expect(LoadBalancers.map(({ LoadBalancerName }) => LoadBalancerName)).toEqual(['theirs']);
  expect(TargetGroups.map(({ TargetGroupName }) => TargetGroupName)).toEqual(['theirs']);
});
