import type { AwsAction } from '../../lib/aws/fault-actions.ts';
import { allows, type PolicyRequest } from '../../lib/aws/iam-policy.ts';
import { policyOf } from '../../lib/aws/policies.ts';
import { STACK_ACTIONS } from '../../lib/aws/stack-actions.ts';
import { TAG } from '../../lib/aws/tags.ts';
import type { AwsCall } from '../../lib/model/aws.ts';

/** Types of EC2 resources, as ARNs name them, by what their ids begin with. */
const TYPES: Record<string, string> = {
  acl: 'network-acl',
  eni: 'network-interface',
  i: 'instance',
  pcx: 'vpc-peering-connection',
  rtb: 'route-table',
  sg: 'security-group',
  subnet: 'subnet',
  tgw: 'transit-gateway',
  'tgw-attach': 'transit-gateway-attachment',
  'tgw-rtb': 'transit-gateway-route-table',
  vpc: 'vpc',
};
const OURS = `aws:ResourceTag/${TAG.environment}`;
/** Conditions ask for these keys; each call is made by an environment of this name. */
const ENVIRONMENT = ['any'];
/** What IAM looks up by itself, and finds ours: the VPC of the side that accepts, load balancers, what FIS has of ours. */
const LOOKED_UP: Record<string, string> = {
  'ec2:AcceptVpcPeeringConnection': 'vpc',
  'elasticloadbalancing:DeleteLoadBalancer': 'loadbalancer',
  'elasticloadbalancing:DeleteTargetGroup': 'targetgroup',
  'fis:DeleteExperimentTemplate': 'experiment-template',
  'fis:GetExperimentTemplate': 'experiment-template',
  'fis:StartExperiment': 'experiment-template',
  'fis:StopExperiment': 'experiment',
};
/** Calls that no run against moto makes, and why; `aws check` makes them on a real account. */
const UNSEEN: Record<string, string> = {
  'ec2:DescribeLaunchTemplateVersions': 'node groups of moto tell no launch template',
  'eks:DescribePodIdentityAssociation': 'moto has no Pod Identity',
  'fis:ListExperiments':
    'only where the tagging API names an experiment: a sweep meets one, env down does not',
  'iam:GetPolicy': 'moto lists every policy among the details of the account, AWS not all of its own',
  'iam:GetPolicyVersion': 'as GetPolicy',
};
/** Rights that no call of ours asks for by its name: IAM asks for them because of another one. */
const IMPLIED: Record<string, string> = {
  'iam:PassRole': 'scheduler:CreateSchedule',
  // Asked for where a file names roles: the story's has none.
  'sts:AssumeRole': 'sts:GetCallerIdentity',
  'iam:CreateServiceLinkedRole': 'fis:StartExperiment',
  'ec2:CreateTags': 'ec2:Create|ec2:Authorize',
  'fis:TagResource': 'fis:(Create|Start)',
  // Once a process, which has asked for another purpose before.
  'sts:GetCallerIdentity': '',
};

/**
 * Calls that the policy of these actions forbids, and actions of it that no call asked for. IAM asks once for each resource of a call whose
 * type the action has (Service Authorization Reference; as the lists of actions say them); `ours` are ids that carried our tags.
 */
export function compare(
  actions: readonly AwsAction[],
  calls: readonly AwsCall[],
  ours: (id: string) => boolean,
): { forbidden: string[]; unused: string[] } {
  const policy = policyOf(actions);
  const names = new Set(calls.map(({ service, action }) => `${service}:${action}`));
  const forbidden = calls.flatMap((call) =>
    requestsOf(call, actions, ours)
      .filter((request) => !allows(policy, request))
      .map(({ action, resource }) => `${action} on ${resource}`),
  );
  const inStacks = new Set(Object.values(STACK_ACTIONS).flat());
  const isStacked = ['CreateStack', 'DeleteStack'].some((name) => names.has(`cloudformation:${name}`));
  const unused = actions
    .map(({ action }) => action)
    .filter((action) => !names.has(action) && UNSEEN[action] === undefined)
    .filter((action) => !(isStacked && inStacks.has(action)))
    .filter((action) => {
      const cause = IMPLIED[action];
      return cause === undefined || ![...names].some((name) => new RegExp(`^(${cause})`).test(name));
    });
  return { forbidden: [...new Set(forbidden)], unused: [...new Set(unused)] };
}

/** What IAM is asked for one call. */
function requestsOf(
  { service, action: name, region, resources, tags }: AwsCall,
  actions: readonly AwsAction[],
  ours: (id: string) => boolean,
): PolicyRequest[] {
  const action = `${service}:${name}`;
  const patterns = actions.filter((one) => one.action === action).flatMap((one) => one.resources);
  const common = tags ? { [`aws:RequestTag/${TAG.environment}`]: ENVIRONMENT } : {};
  const named = resources.flatMap((id) => {
    const type = TYPES[id.replace(/-[0-9a-f]+$/, '')];
    if (type === undefined || !patterns.some((pattern) => pattern.includes(`:${type}/`))) return [];
    const resource = `arn:aws:ec2:${region}:111122223333:${type}/${id}`;
    const tag = type === 'instance' ? 'aws:ResourceTag/eks:cluster-name' : OURS;
    const owner = type === 'instance' ? ['meshproof-any'] : ENVIRONMENT;
    return [{ action, resource, context: { ...common, ...(ours(id) ? { [tag]: owner } : {}) } }];
  });
  const types = new Set(named.map(({ resource }) => resource.split(':')[5]?.split('/')[0]));
  // What is to be made has no id yet; what Route 53, CloudFormation and the like name is taken as the list has it.
  const rest = (patterns.length > 0 ? patterns : ['*'])
    .filter((pattern) => named.length === 0 || pattern !== '*')
    .filter((pattern) => ![...types].some((type) => pattern.includes(`:${type}/`)))
    .map((resource) => {
      const type = LOOKED_UP[action];
      const found = type !== undefined && resource.includes(`:${type}/`) ? { [OURS]: ENVIRONMENT } : {};
      return { action, resource, context: { ...common, ...found } };
    });
  return [...named, ...rest];
}
