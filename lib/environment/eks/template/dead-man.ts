import { deadManName } from '../../../aws/dead-man-role.ts';
import { DEAD_MAN_ACTIONS } from '../../../aws/fault-actions.ts';
import { getAtt, ref, type Resource, type Value } from './template.ts';

/**
 * The role that schedules act as which revert faults of a cluster when Meshproof is gone: the inverse of each fault, on what
 * is Meshproof's, and nothing else; and the queue that gets calls that failed for good. Their names are known beforehand.
 */
export function deadManResources(
  { environment, cluster }: { environment: string; cluster: string },
  tags: (name: string) => Value,
): Record<string, Resource> {
  const name = deadManName(environment, cluster);
  const allow = (action: string, resource: Value, condition?: Value): Value => ({
    Effect: 'Allow',
    Action: action,
    Resource: resource,
    ...(condition ? { Condition: condition } : {}),
  });
  return {
    DeadManQueue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: name, Tags: tags('dead-man') } },
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
              Action: ['sts:AssumeRole'],
              // Schedules of other accounts must not borrow it (EventBridge user guide, "Confused deputy prevention").
              Condition: { StringEquals: { 'aws:SourceAccount': ref('AWS::AccountId') } },
            },
          ],
        },
        Policies: [
          {
            PolicyName: 'revert-faults',
            PolicyDocument: {
              Version: '2012-10-17',
              Statement: [
                ...DEAD_MAN_ACTIONS.map(({ action, resources, condition }) =>
                  allow(action, [...resources], condition as Value | undefined),
                ),
                allow('sqs:SendMessage', getAtt('DeadManQueue', 'Arn')),
              ],
            },
          },
        ],
        Tags: tags('dead-man'),
      },
    },
  };
}
