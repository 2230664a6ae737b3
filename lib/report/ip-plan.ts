import { readFileSync, rmSync } from 'node:fs';
import type { RunManifest } from '../model/run.ts';
import { reportFiles } from './read-manifest.ts';
import { writeWhole } from './write-whole.ts';

/** Name of the attachment that holds the plan as Markdown. */
export const IP_PLAN_ATTACHMENT = 'ip-plan';

/** What a runner tells of an attachment. */
interface Attachment {
  name: string;
  body?: Buffer | undefined;
  path?: string | undefined;
}

/** Writes the IP plan that a test attached as a report of its own; the last one, where a test measured again. */
export function keepIpPlan(
  { id, startedAt, output, lab }: Pick<RunManifest, 'id' | 'startedAt' | 'output' | 'lab'>,
  attachments: readonly Attachment[],
): void {
  const plan = attachments.findLast(({ name }) => name === IP_PLAN_ATTACHMENT);
  const text = plan?.body ?? (plan?.path === undefined ? undefined : readFileSync(plan.path));
  if (text === undefined) return;
  const heading = `# IP plan of ${lab.environment.name}\n\nAddress ranges in use, as the clusters told them in run \`${id}\` (${startedAt}).`;
  writeWhole(reportFiles(output).ipPlan, `${heading}\n\n${text.toString()}`);
}

/** Removes the plan of an earlier run: it must not pass for this one's. */
export function forgetIpPlan(output: string): void {
  rmSync(reportFiles(output).ipPlan, { force: true });
}
