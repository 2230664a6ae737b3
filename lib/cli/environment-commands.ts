import { Command, Option } from 'commander';
import { configOptions } from '../environment/kind/cluster.ts';
import { kindConfig } from '../environment/kind/config.ts';
import { ensureEngine } from '../environment/kind/engine.ts';
import { planEnvironment } from '../environment/eks/plan.ts';
import { clusterStacks, eksSettingsOf } from '../environment/eks/template/index.ts';
import { imageModeOf } from '../environment/kind/provider.ts';
import { ensureImages } from '../environment/kind/images/resolve.ts';
import { meshDriver } from '../mesh/registry.ts';
import type { Lab } from '../model/lab.ts';
import { acquireLease, refuseWhileLeased } from '../run/lease.ts';
import { deprovision, findLab, provision, provisionInfrastructure, residueOf } from '../run/provision.ts';
import { listStates, readState } from '../run/state.ts';
import { sweepLab } from '../run/sweep.ts';
import { EXIT, MeshproofError } from '../support/errors.ts';
import { silentLog } from '../support/log.ts';
import { cacheDir } from '../support/paths.ts';
import { type AwsSweepFlags, sweepAws } from './aws-sweep.ts';
import { confirmCost, type CostFlags, renderPlan } from './eks-plan.ts';
import { commandContext, DEFAULT_ENVIRONMENT, type EnvironmentFlags, environmentFrom } from './context.ts';

/** Adds the flags that say which environment, and where its images come from. */
export function withEnvironmentFlags(command: Command): Command {
  return command
    .option(
      '-e, --environment <file>',
      'environment file, or a name under environments/',
      DEFAULT_ENVIRONMENT,
    )
    .addOption(
      new Option('--images <mode>', 'where images come from').choices(['auto', 'registry', 'source']),
    )
    .option('--registry-mirror <host/prefix>', 'registry that mirrors the public ones')
    .option('-v, --verbose', 'show what the tools print');
}

/** `meshproof env …` */
export function environmentCommand(): Command {
  const env = new Command('env').description('make, show and remove environments');
  withEnvironmentFlags(env.command('up'))
    .option(
      '--plan',
      'on AWS: show what would be made, the quotas that it needs and its price; change nothing',
    )
    .option('--yes', 'on AWS: do not ask; needs --max-cost')
    .option('--max-cost <usd>', 'on AWS: what everything may cost until it expires, by the tables of prices')
    .option('--infrastructure-only', 'on AWS: networks and clusters, nothing inside of them')
    .description('bring an environment up: clusters, mesh, peering; goes on where it was interrupted')
    .action(async (flags: EnvironmentFlags & CostFlags & { infrastructureOnly?: boolean }) => {
      const context = commandContext(flags);
      const environment = environmentFrom(flags);
      if (flags.plan) {
        eksSettingsOf(environment, 'usage');
        console.log(renderPlan(await planEnvironment(environment)));
        return;
      }
      const known = findLab(environment.name);
      if (known) await refuseWhileLeased(known);
      else if (environment.provider.kind === 'eks') await confirmCost(environment, flags);
      if (flags.infrastructureOnly) {
        await provisionInfrastructure(environment, context);
        console.log(`the infrastructure of ${environment.name} is up; env up without the flag goes on`);
        return;
      }
      const lab = await provision(environment, context).catch((error: unknown) => {
        if (context.signal.aborted) throw halfMade(environment.name);
        throw error;
      });
      console.log(
        `environment ${lab.environment.name} is up: ${lab.clusters.map(({ name }) => name).join(', ')}`,
      );
    });
  env
    .command('down')
    .argument('[name]', 'name of the environment', DEFAULT_ENVIRONMENT)
    .option('-v, --verbose', 'show what the tools print')
    .description('remove an environment and everything that it left on this machine')
    .action(async (name: string, flags: { verbose?: boolean }) => {
      const context = commandContext(flags);
      const known = findLab(name);
      if (known) await refuseWhileLeased(known);
      await context.stages.run('environment down', () => deprovision(name, context));
      console.log(`nothing of ${name} is left`);
    });
  env
    .command('list')
    .option('--json', 'machine-readable')
    .description('list environments on this machine')
    .action((flags: { json?: boolean }) => {
      const states = listStates();
      if (flags.json) {
        console.log(JSON.stringify(states, null, 2));
        return;
      }
      if (states.length === 0) console.log('no environments; meshproof env up makes the default one');
      for (const { name, phase, since } of states)
        console.log(`${name.padEnd(24)} ${phaseWords[phase].padEnd(40)} since ${since}`);
    });
  env
    .command('residue')
    .argument('[names...]', 'names of environments', [DEFAULT_ENVIRONMENT])
    .description('say what is left of environments after they were removed, and change nothing')
    .addHelpText('after', '\nExit codes: 0 nothing is left, 3 something is (env down removes it)')
    .action(async (names: string[]) => {
      const context = commandContext({});
      for (const name of names) {
        const left = await residueOf(name, context);
        for (const what of left) console.log(`${name}: ${what}`);
        if (left.length === 0) console.log(`nothing of ${name} is left`);
        else process.exitCode = EXIT.broken;
      }
    });
  env
    .command('status')
    .argument('[name]', 'name of the environment', DEFAULT_ENVIRONMENT)
    .option('--json', 'machine-readable')
    .description('show clusters, nodes and mesh of an environment')
    .action(async (name: string, flags: { json?: boolean }) => {
      const lab = requireLab(name);
      const status = await statusOf(lab);
      console.log(flags.json ? JSON.stringify(status, null, 2) : renderStatus(status));
      if (status.clusters.some(({ mesh }) => !mesh.ready)) process.exitCode = 3;
    });
  env
    .command('kubeconfig')
    .argument('<cluster>', 'name of the cluster')
    .option('-n, --name <environment>', 'name of the environment', DEFAULT_ENVIRONMENT)
    .description("print the path of a cluster's kubeconfig")
    .action((cluster: string, flags: { name: string }) => {
      const { clusters } = requireLab(flags.name);
      const found = clusters.find(({ name }) => name === cluster);
      if (!found) {
        throw new MeshproofError('usage', `no cluster ${cluster} in ${flags.name}`, {
          nextStep: `clusters: ${clusters.map(({ name }) => name).join(', ')}`,
        });
      }
      console.log(found.kubeconfig);
    });
  withEnvironmentFlags(env.command('config'))
    .argument('<cluster>', 'name of the cluster')
    .description(
      'print what a cluster is made from: the configuration of kind, the CloudFormation template of eks',
    )
    .action(async (cluster: string, flags: EnvironmentFlags) => {
      const environment = environmentFrom(flags);
      const spec = environment.clusters.find(({ name }) => name === cluster);
      if (!spec) throw new MeshproofError('usage', `no cluster ${cluster} in ${environment.file}`);
      if (environment.provider.kind === 'eks') {
        const stack = clusterStacks(environment).find((one) => one.cluster === cluster);
        console.log(JSON.stringify(stack?.template, null, 2));
        return;
      }
      const mode = imageModeOf(environment);
      const engine = await ensureEngine({ log: silentLog });
      const images = await ensureImages({
        mode,
        dockerEnv: engine.env,
        cacheDir: cacheDir(),
        onEvent: () => {},
        ...(flags.registryMirror === undefined ? {} : { mirror: flags.registryMirror }),
      });
      console.log(kindConfig(spec, await configOptions(environment, { engine, images })));
    });
  return env;
}

/** `meshproof sweep` */
export function sweepCommand(): Command {
  return new Command('sweep')
    .argument('[name]', 'name of the environment', DEFAULT_ENVIRONMENT)
    .description('revert every fault and remove every workload that a run left behind')
    .option('--aws', 'instead: list what is left on AWS past its time, in every region and account')
    .option('--environment <name>', 'with --aws: what is left of this one, expired or not')
    .option('--file <environment...>', 'with --aws: environment files whose accounts are looked at, too')
    .option('--region <region...>', 'with --aws: these regions only')
    .option('--apply', 'with --aws: remove it')
    .option('--json', 'with --aws: machine-readable')
    .addHelpText('after', '\nExit codes with --aws: 0 nothing is left, 3 something is')
    .action(async (name: string, flags: AwsSweepFlags & { aws?: boolean }) => {
      if (flags.aws) {
        await sweepAws(flags);
        return;
      }
      const { log } = commandContext({});
      const lab = requireLab(name);
      await using _lease = await acquireLease(lab, 'sweep');
      const swept = await sweepLab(lab, log, { everyNode: true });
      console.log(swept.length === 0 ? 'nothing to sweep' : swept.map((line) => `swept ${line}`).join('\n'));
    });
}

const phaseWords = {
  up: 'up',
  creating: 'half-made: run env up again, or env down',
  deleting: 'half-removed: run env down again',
};

/** The lab of an environment that is up; a `usage` error that says what there is when it is not. */
export function requireLab(name: string): Lab {
  const lab = findLab(name);
  if (lab) return lab;
  const state = readState(name);
  const found = state ? `is ${phaseWords[state.phase]}` : 'does not exist on this machine';
  const names = listStates().map((one) => one.name);
  throw new MeshproofError('usage', `the environment ${name} ${found}`, {
    nextStep: names.length > 0 && !state ? `environments here: ${names.join(', ')}` : 'meshproof env up',
  });
}

function halfMade(name: string): MeshproofError {
  return new MeshproofError('environment', `interrupted: ${name} is half-made`, {
    nextStep: `meshproof env up goes on; meshproof env down ${name} removes it`,
  });
}

async function statusOf(lab: Lab) {
  const driver = meshDriver(lab.environment);
  const tool = async () => lab.tools.istioctl;
  const clusters = await Promise.all(
    lab.clusters.map(async ({ name, region, kubeconfig, nodes, ...cluster }) => {
      const status = await driver.status(
        { name, region, kubeconfig, nodes, ...cluster },
        { clusters: lab.clusters, tool },
      );
      const { version, ready, connectedTo, problems } = status;
      return {
        name,
        region,
        kubeconfig,
        nodes,
        mesh: { namespace: lab.mesh.namespace, version, ready, connectedTo, problems },
      };
    }),
  );
  return {
    environment: lab.environment.name,
    ...(lab.access.by === 'engine'
      ? { dockerHost: lab.access.dockerHost, dockerNetwork: lab.access.network }
      : {}),
    clusters,
  };
}

function renderStatus(status: Awaited<ReturnType<typeof statusOf>>): string {
  const clusters = status.clusters.map(({ name, region, kubeconfig, nodes, mesh }) =>
    [
      `${name} (${region})  ${mesh.ready ? 'mesh ready' : 'mesh NOT ready'}  ${mesh.namespace} ${mesh.version}`,
      `  kubeconfig ${kubeconfig}`,
      ...nodes.map(
        (node) =>
          `  ${node.role.padEnd(13)} ${node.zone.padEnd(12)} ${node.address.padEnd(15)} ${node.container}`,
      ),
      ...mesh.problems.map((problem) => `  problem: ${problem}`),
    ].join('\n'),
  );
  const engine = status.dockerHost === undefined ? '' : `  DOCKER_HOST=${status.dockerHost}`;
  return [`${status.environment}${engine}`, ...clusters].join('\n');
}
