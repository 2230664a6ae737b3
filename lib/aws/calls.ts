import { appendFileSync } from 'node:fs';
import type { AwsCall } from '../model/aws.ts';

const calls: AwsCall[] = [];

/** Services whose prefix in IAM is not their id in lower case without blanks. */
const PREFIXES: Record<string, string> = {
  CloudWatchLogs: 'logs',
  ElasticLoadBalancingV2: 'elasticloadbalancing',
  ResourceGroupsTaggingAPI: 'tag',
  ServiceQuotas: 'servicequotas',
};

/** Keeps a call for {@link awsCalls}, and appends it to the file that MESHPROOF_AWS_CALLS names, as a line of JSON. */
export function recordCall(call: AwsCall): void {
  calls.push(call);
  const file = process.env['MESHPROOF_AWS_CALLS'];
  if (file) appendFileSync(file, `${JSON.stringify(call)}\n`);
}

/** Every call that this process has made so far. */
export function awsCalls(): readonly AwsCall[] {
  return calls;
}

/** Service and action as IAM names them, from the names that the SDK gives its client and command. */
export function iamNames(client: string, command: string): { service: string; action: string } {
  const id = client.replace(/Client$/, '');
  return { service: PREFIXES[id] ?? id.toLowerCase(), action: command.replace(/Command$/, '') };
}
