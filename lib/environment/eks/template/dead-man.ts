import { deadManName } from '../../../aws/dead-man-role.ts';
import { TAG } from '../../../aws/tags.ts';
import { getAtt, ref, type Resource, type Value } from './template.ts';

/** Calls by which schedules take faults back, as IAM names them; each on what carries the environment's tag. */
export const DEAD_MAN_ACTIONS = [
  'ec2:AssociateTransitGatewayRouteTable',
  'ec2:AuthorizeSecurityGroupIngress',
  'ec2:CreateRoute',
  'ec2:DeleteNetworkAclEntry',
  'ec2:DeleteNetworkInterface',
  'ec2:DeleteRoute',
  'ec2:DeleteSecurityGroup',
  'ec2:ModifyNetworkInterfaceAttribute',
  'ec2:StartInstances',
] as const;

/**
 * The role that the schedules of a cluster's faults act as, with the rights for their inverse calls and no others, and the queue that gets
 * what failed for good. Their names are known beforehand: a fault finds them when this machine's memory of the stack is gone.
 */
export function deadManResources(
  { environment, cluster }: { environment: string; cluster: string },
  tags: (name: string) => Value,
): Record<string, Resource> {
  const name = deadManName(environment, cluster);
  const ours = { StringEquals: { [`aws:ResourceTag/${TAG.environment}`]: environment } };
  return {
    DeadManQueue: {
      Type: 'AWS::SQS::Queue',
      Properties: { QueueName: name, MessageRetentionPeriod: 1_209_600, Tags: tags('dead-man') },
    },
    DeadManRole: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: name,
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Service: 'scheduler.amazonaws.com' },
              Action: 'sts:AssumeRole',
              // Schedules of other accounts must not borrow it (EventBridge user guide, "Confused deputy prevention").
              Condition: { StringEquals: { 'aws:SourceAccount': ref('AWS::AccountId') } },
            },
          ],
        },
        Policies: [
          {
            PolicyName: 'take-back',
            PolicyDocument: {
              Version: '2012-10-17',
              Statement: [
                { Effect: 'Allow', Action: DEAD_MAN_ACTIONS, Resource: '*', Condition: ours },
                // Health checks have no tags that a policy could ask for.
                {
                  Effect: 'Allow',
                  Action: 'route53:UpdateHealthCheck',
                  Resource: 'arn:aws:route53:::healthcheck/*',
                },
                { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: getAtt('DeadManQueue', 'Arn') },
              ],
            },
          },
        ],
        Tags: tags('dead-man'),
      },
    },
  };
}
