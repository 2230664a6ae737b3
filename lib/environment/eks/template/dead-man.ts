import { deadManName, fisRoleName } from '../../../aws/dead-man-role.ts';
import { type AwsAction, DEAD_MAN_ACTIONS, FIS_ROLE_ACTIONS } from '../../../aws/fault-actions.ts';
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
  return {
    DeadManQueue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: name, Tags: tags('dead-man') } },
    DeadManRole: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: name,
        AssumeRolePolicyDocument: assumedBy('scheduler.amazonaws.com'),
        Policies: [
          {
            PolicyName: 'revert-faults',
            PolicyDocument: {
              Version: '2012-10-17',
              Statement: [
                ...DEAD_MAN_ACTIONS.map(allowed),
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

/** The role that experiments of AWS FIS act as which stop nodes of a cluster: that, and starting them again, is all it may do. */
export function fisResources(
  { environment, cluster }: { environment: string; cluster: string },
  tags: (name: string) => Value,
): Record<string, Resource> {
  return {
    FisRole: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: fisRoleName(environment, cluster),
        AssumeRolePolicyDocument: assumedBy('fis.amazonaws.com'),
        Policies: [
          {
            PolicyName: 'stop-nodes',
            PolicyDocument: { Version: '2012-10-17', Statement: FIS_ROLE_ACTIONS.map(allowed) },
          },
        ],
        Tags: tags('fis'),
      },
    },
  };
}

/** Only for this account: a service must not use it for another one's schedule or experiment ("Confused deputy prevention"). */
function assumedBy(service: string): Value {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: service },
        Action: ['sts:AssumeRole'],
        Condition: { StringEquals: { 'aws:SourceAccount': ref('AWS::AccountId') } },
      },
    ],
  };
}

function allowed({ action, resources, condition }: AwsAction): Value {
  return allow(action, [...resources], condition);
}

function allow(action: string, resource: Value, condition?: Value): Value {
  return {
    Effect: 'Allow',
    Action: action,
    Resource: resource,
    ...(condition ? { Condition: condition } : {}),
  };
}
