import type { AwsApiCall, AwsChange, AwsHarm } from '../../model/aws-fault.ts';
import { dueAt } from './dead-man.ts';
import { keyOf } from './proof.ts';

/** What a plan changes on AWS and how it goes when Meshproof is gone, line by line, for people. Pure. */
export function awsWords({ changes, own, group, deadMan, remarks }: AwsHarm): string[] {
  const at = Date.parse(deadMan.at);
  const scheduled = changes.filter(({ undoes }) => undoes).length + (own ? 1 : 0);
  const roles = [...new Set(Object.values(deadMan.actors).map(({ role }) => role))];
  const minute = (time: number) => `${new Date(time).toISOString().slice(0, 16)}Z`;
  return [
    ...(own
      ? [
          `  makes      ${own.kind} in ${own.place.region}, which nothing else uses: ${own.makes.map(plain).join(', ')}; removed by ${own.removes.service}:${own.removes.action}`,
        ]
      : []),
    ...changes.map((change) => `  change     ${keyOf(change.object)}: ${callWords(change)}`),
    ...remarks.map((remark) => `  remark     ${remark}`),
    scheduled > 0
      ? `  dead-man   ${scheduled} schedules of EventBridge, due at ${minute(at)}, carried out by ${minute(dueAt(at).latest)}, whatever dies; they act as ${roles.join(', ')}`
      : `  dead-man   none: nothing brings it back. The node group brings another (${group?.running} run now), which is waited for and proven`,
  ];
}

function plain({ service, action, input }: AwsApiCall): string {
  return `${service}:${action} ${JSON.stringify(input)}`;
}

function callWords({ does, undoes }: AwsChange): string {
  return `${plain(does)}; taken back by ${undoes ? `${undoes.service}:${undoes.action}` : 'nothing'}`;
}
