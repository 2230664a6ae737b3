import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import type { Diagnosis, DiagnosisQuestion } from '../model/diagnosis.ts';
import type { Lab } from '../model/lab.ts';
import { labBackend } from '../run/lab-backend.ts';
import { findLab } from '../run/provision.ts';
import { MESH_CALLER, MESH_NAMESPACE } from '../run/workloads.ts';
import { EXIT, MeshproofError } from '../support/errors.ts';
import { projectRoot } from '../support/paths.ts';
import { commandContext, DEFAULT_ENVIRONMENT } from './context.ts';

interface DiagnoseFlags {
  environment: string;
  from?: string;
  workload: string;
  service?: string;
  cluster?: string;
  output: string;
  json?: boolean;
}

/** `meshproof diagnose` */
export function diagnoseCommand(): Command {
  return new Command('diagnose')
    .description('look for what is wrong with an environment that is up; changes nothing')
    .option('-n, --environment <name>', 'name of the environment', DEFAULT_ENVIRONMENT)
    .option('--from <cluster>', 'look from a caller in this cluster')
    .option('--workload <[namespace/]name>', 'the caller', `${MESH_NAMESPACE}/${MESH_CALLER}`)
    .option('--service <[namespace/]name>', 'what it does not reach')
    .option('--cluster <cluster>', 'only the copy of the service in this cluster is missed')
    .option('-o, --output <folder>', 'folder for facts and logs', resolve(projectRoot, 'reports/diagnosis'))
    .option('--json', 'print causes and files as JSON on stdout')
    .addHelpText(
      'after',
      '\nExit codes: 0 nothing is wrong, 1 a likely cause was found, 3 it could not look, 64 wrong usage',
    )
    .action(async (flags: DiagnoseFlags) => {
      const { stages } = commandContext({});
      const lab = labNamed(flags.environment);
      const question = questionOf(flags, lab);
      await using backend = labBackend({
        id: 'diagnose',
        command: 'meshproof diagnose',
        startedAt: new Date().toISOString(),
        seed: 0,
        output: resolve(flags.output),
        lab,
        stages: {},
        world: 'lab',
      });
      const words = `looking through ${lab.clusters.map(({ name }) => name).join(', ')}`;
      const diagnosis = await stages.run(words, () => backend.diagnose(question));
      const folder = writeBundle(resolve(flags.output), lab, diagnosis);
      console.log(flags.json ? JSON.stringify({ ...diagnosis, folder }, null, 2) : render(diagnosis, folder));
      if (diagnosis.causes.length > 0) process.exitCode = EXIT.failed;
    });
}

function labNamed(name: string): Lab {
  const lab = findLab(name);
  if (lab) return lab;
  throw new MeshproofError('usage', `there is no environment ${name} that is up`, {
    nextStep: 'meshproof env list shows those that are',
  });
}

function questionOf(flags: DiagnoseFlags, lab: Lab): DiagnosisQuestion {
  const known = (cluster: string) => {
    if (lab.clusters.some(({ name }) => name === cluster)) return cluster;
    throw new MeshproofError('usage', `no cluster ${cluster} in ${lab.environment.name}`, {
      nextStep: `clusters: ${lab.clusters.map(({ name }) => name).join(', ')}`,
    });
  };
  const [caller, callee] = [flags.workload, flags.service].map((text) => {
    const [name = '', namespace = MESH_NAMESPACE] = text?.split('/').toReversed() ?? [];
    return { name, namespace };
  });
  return {
    ...(flags.from === undefined || !caller
      ? {}
      : { from: { cluster: known(flags.from), namespace: caller.namespace, workload: caller.name } }),
    ...(flags.service === undefined || !callee
      ? {}
      : {
          to: {
            service: callee.name,
            namespace: callee.namespace,
            ...(flags.cluster === undefined ? {} : { cluster: known(flags.cluster) }),
          },
        }),
  };
}

function writeBundle(output: string, lab: Lab, { causes, files }: Diagnosis): string {
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
  const folder = join(output, `${lab.environment.name}-${stamp}`);
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries({ ...files, 'causes.txt': `${causes.join('\n')}\n` })) {
    writeFileSync(join(folder, name.replaceAll('/', '_')), text);
  }
  return folder;
}

function render({ causes }: Diagnosis, folder: string): string {
  const found =
    causes.length === 0
      ? ['nothing wrong was found']
      : ['likely causes, the likeliest first:', ...causes.map((cause, index) => `  ${index + 1}. ${cause}`)];
  return [...found, `facts and logs: ${folder}`].join('\n');
}
