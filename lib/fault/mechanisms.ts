import type { FaultPlan } from '../model/fault-plan.ts';
import { fisNodes } from './aws/fis.ts';
import { awsApi } from './aws/mechanism.ts';
import { ec2Nodes } from './aws/nodes.ts';
import type { Mechanism } from './mechanism.ts';
import { authority } from './mechanisms/authority.ts';
import { deletePods } from './mechanisms/delete-pods.ts';
import { dockerPause } from './mechanisms/docker-pause.ts';
import { dockerNodes } from './mechanisms/docker.ts';
import { nftables } from './mechanisms/nftables.ts';
import { relay } from './mechanisms/relay.ts';
import { scale } from './mechanisms/scale.ts';
import { script } from './mechanisms/script.ts';
import { signal } from './mechanisms/signal.ts';
import { systemd } from './mechanisms/systemd.ts';

const MECHANISMS: Record<FaultPlan['mechanism'], Mechanism> = {
  authority,
  'delete-pods': deletePods,
  docker: dockerNodes,
  'docker-pause': dockerPause,
  ec2: ec2Nodes,
  fis: fisNodes,
  'network-acl': awsApi,
  nftables,
  relay,
  route53: awsApi,
  scale,
  script,
  'security-group': awsApi,
  signal,
  systemd,
  'transit-gateway': awsApi,
  'vpc-route': awsApi,
};

/** The mechanism that a plan names. */
export function mechanismOf(plan: Pick<FaultPlan, 'mechanism'>): Mechanism {
  return MECHANISMS[plan.mechanism];
}
