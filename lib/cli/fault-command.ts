import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { loadEnvironment } from '../environment/load.ts';
import { CATALOGUE, faultOptions, type Given, NOT_APPLICABLE, specOf, usageOf } from '../fault/catalogue.ts';
import { guardFault } from '../fault/guard.ts';
import { endFault, injectFault } from '../fault/inject.ts';
import { journalFile, openFaults, readJournal } from '../fault/journal.ts';
import { planLive } from '../fault/plan.ts';
import { awsWords } from '../fault/aws/words.ts';
import { formatDuration, parseDuration } from '../model/duration.ts';
import { FAULT_KINDS, FREEZABLE, LIES, PLANES, SCALABLE } from '../model/fault.ts';
import type { FaultPlan } from '../model/fault-plan.ts';
import type { Lab } from '../model/lab.ts';
import { withConsent } from '../run/consent.ts';
import { acquireLease } from '../run/lease.ts';
import { runId } from '../run/manifest.ts';
import { removeWaysIn, sweepFaults } from '../run/sweep.ts';
import { MeshproofError } from '../support/errors.ts';
import { columns } from './columns.ts';
import { confirmEnvironment, type DisruptionFlags, withDisruptionFlags } from './confirm.ts';
import { commandContext, DEFAULT_ENVIRONMENT } from './context.ts';
import { requireLab } from './environment-commands.ts';

interface FaultFlags extends DisruptionFlags {
  environment: string;
  for: number;
  json?: boolean;
}

/** What each option is, for `--help`; which faults take it is said by the catalogue. */
const POINTED_AT: Record<string, string> = {
  cluster: 'the cluster that it is pointed at',
  node: 'the node, by its name in Kubernetes (meshproof env status)',
  zone: 'the zone of the cluster',
  program: `the program: ${[...new Set([...FREEZABLE, ...SCALABLE])].join(', ')}`,
  namespace: 'the namespace of the pods',
  app: 'label app of the pods',
  from: 'the cluster that sends',
  to: 'the cluster that receives',
  plane: `only this plane: ${PLANES.join(', ')}`,
  bothWays: 'also in the other direction',
  percent: 'share of the packets',
  kbit: 'kilobits a second that may pass',
  by: 'on EKS: what cuts it, network-acl or security-group',
  delay: 'how much longer it takes: 100ms, 1.5s',
  jitter: 'give or take so much',
  bytes: 'the largest packet that still passes',
  workers: 'how many processes do it; one for each processor when left out, two for a disk',
  name: 'a full name that resolves; those below it are meant too',
  answer: `what is said of it: ${LIES.join(', ')}`,
  leave: 'MiB that pods have beyond what they use',
};

/** The dead-man waits so long past the end: it must not race a revert that is under way. */
const DEAD_MAN_SLACK_MS = 30_000;

/** `meshproof fault …` */
export function faultCommand(): Command {
  const fault = new Command('fault').description('break one thing on purpose, for a time, and put it back');
  fault
    .command('list')
    .description('list the faults: what each does, how it is proven to bite and to be gone')
    .option('--json', 'machine-readable')
    .action((flags: { json?: boolean }) => console.log(flags.json ? catalogueJson() : catalogueTable()));
  withFaultFlags(fault.command('plan'))
    .description('say what a fault would touch, and touch nothing')
    .option('--json', 'machine-readable')
    .action(async (kind: string, flags: FaultFlags) => {
      const plan = await planOf(kind, flags, requireLab(flags.environment));
      console.log(flags.json ? JSON.stringify(plan, null, 2) : planWords(plan));
    });
  withDisruptionFlags(withFaultFlags(fault.command('inject')))
    .description(
      'inject a fault, hold it, and revert it: at the end, on Ctrl-C, and by its dead-man whatever dies',
    )
    .option('--json', 'print plan, effect and revert as JSON on stdout; progress goes to stderr')
    .action(inject);
  fault
    .command('revert')
    .argument('[id]', 'one fault, see the journal; all that are open when left out')
    .option('-n, --environment <name>', 'name of the environment', DEFAULT_ENVIRONMENT)
    .description('revert faults that were injected and never proven to be gone')
    .action(revert);
  return fault;
}

function withFaultFlags(command: Command): Command {
  command
    .argument('<kind>', 'see meshproof fault list')
    .option('-n, --environment <name>', 'name of the environment', DEFAULT_ENVIRONMENT)
    .addOption(
      new Option('--for <duration>', 'how long it holds').argParser(toDuration).default(30_000, '30s'),
    );
  for (const { flag, name, isSwitch } of faultOptions())
    command.option(isSwitch ? flag : `${flag} <value>`, POINTED_AT[name]);
  return command;
}

async function inject(kind: string, flags: FaultFlags): Promise<void> {
  const known = withPresentLimits(requireLab(flags.environment));
  const lab = await withConsent(known, flags.allowDisruption ?? false);
  const plan = await planOf(kind, flags, lab).catch(asRefusal);
  const { log, signal } = commandContext({});
  await using _lease = await acquireLease(lab, plan.run);
  const open = openFaults(readJournal(journalFile(lab.environment.name)));
  await guardFault(plan, lab, { open, allowLastCopy: flags.allowLastCopy ?? false }).catch(asRefusal);
  for (const line of planWords(plan).split('\n')) log.info(line);
  await confirmEnvironment(lab.environment, flags, 'inject it');
  // What was planned minutes ago, while a person thought about it, has its full time from now on.
  const fresh = await planOf(kind, flags, lab);
  const fault = await injectFault(fresh);
  const until = fault.injectedAt.to + flags.for;
  log.info(`it bites: ${fault.effect}`);
  log.info(`held for ${formatDuration(flags.for)}; Ctrl-C reverts it now`);
  await sleep(Math.max(0, until - Date.now()), undefined, { signal }).catch(() => undefined);
  const reverted = await fault.revert();
  await fault.settle();
  await removeWaysIn(lab);
  const heldMs = reverted.startedAt - fault.injectedAt.to;
  log.info(`reverted after ${formatDuration(heldMs)}: ${reverted.proof}`);
  if (flags.json)
    console.log(
      JSON.stringify({ plan: fresh, injectedAt: fault.injectedAt, effect: fault.effect, reverted }, null, 2),
    );
}

/** What a guard refuses was asked for by somebody, and nothing was touched: the question was wrong, no verdict is missing. */
function asRefusal(error: unknown): never {
  if (!(error instanceof MeshproofError) || error.kind === 'environment') throw error;
  const { message, nextStep } = error;
  throw new MeshproofError('usage', message, nextStep === undefined ? {} : { nextStep });
}

/** Limits may have been set since the environment was made: those of its file count, while there is one. */
function withPresentLimits(lab: Lab): Lab {
  const { file } = lab.environment;
  if (!existsSync(file)) return lab;
  return { ...lab, environment: { ...lab.environment, faults: loadEnvironment(file).faults } };
}

async function revert(id: string | undefined, flags: { environment: string }): Promise<void> {
  const lab = requireLab(flags.environment);
  const { log } = commandContext({});
  await using _lease = await acquireLease(lab, 'fault revert');
  const open = openFaults(readJournal(journalFile(lab.environment.name)));
  if (id === undefined) {
    const swept = await sweepFaults(lab.environment.name, log);
    await removeWaysIn(lab);
    console.log(swept.length === 0 ? 'no fault is open' : swept.map((line) => `reverted ${line}`).join('\n'));
    return;
  }
  const plan = open.find((one) => one.id === id);
  if (!plan) {
    const known = open.map((one) => one.id).join(', ');
    throw new MeshproofError('usage', `no open fault ${id} in ${lab.environment.name}`, {
      nextStep: known === '' ? 'no fault is open' : `open faults: ${known}`,
    });
  }
  const { proof } = await endFault(plan);
  await removeWaysIn(lab);
  console.log(`reverted ${plan.id}: ${proof}`);
}

function planOf(kind: string, flags: FaultFlags, lab: Lab): Promise<FaultPlan> {
  return planLive(specOf(kind, givenIn(flags)), lab, {
    run: runId(),
    lastsMs: flags.for + DEAD_MAN_SLACK_MS,
    open: openFaults(readJournal(journalFile(lab.environment.name))),
  });
}

function givenIn(flags: FaultFlags): Given {
  const all = flags as unknown as Given;
  return Object.fromEntries(faultOptions().map(({ name }) => [name, all[name]]));
}

function planWords(plan: FaultPlan): string {
  return [
    `${plan.spec.kind}: ${plan.blastRadius}`,
    `  targets    ${plan.targets.map(({ cluster, node }) => `${cluster}/${node}`).join(', ')}`,
    `  mechanism  ${plan.mechanism}`,
    ...(plan.aws
      ? awsWords(plan.aws)
      : [`  dead-man   reverts at ${new Date(plan.deadline).toISOString()}, whatever dies`]),
  ].join('\n');
}

function catalogueTable(): string {
  const rows = FAULT_KINDS.map((kind) => {
    const { does, effect, revert: gone } = CATALOGUE[kind];
    return [kind, usageOf(kind), does, effect, gone];
  });
  const table = columns([['fault', 'takes', 'what it does', 'bites when', 'gone when'], ...rows]);
  const missing = Object.entries(NOT_APPLICABLE).map(([kind, why]) => `${kind}: not applicable, ${why}`);
  return [...table, '', ...missing].join('\n');
}

function catalogueJson(): string {
  const all = FAULT_KINDS.map((kind) => ({ kind, takes: usageOf(kind), ...CATALOGUE[kind] }));
  return JSON.stringify(all, null, 2);
}

function toDuration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms <= 0) throw new InvalidArgumentError('a duration such as 30s or 5m.');
  return ms;
}
