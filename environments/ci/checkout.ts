import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { env, execPath } from 'node:process';
import { decideGate } from '../../lib/gate/decision.ts';
import { sampleEvidence } from '../../lib/gate/sample.ts';
import { writeGate } from '../../lib/gate/write.ts';
import type { Verdict } from '../../lib/model/verdict.ts';
import { reportFiles } from '../../lib/report/read-manifest.ts';
import { sampleManifest, sampleRun, sampleTest } from '../../lib/report/sample-run.ts';
import { writeVerdict } from '../../lib/report/verdict-file.ts';
import { writeManifest } from '../../lib/run/manifest.ts';
import { projectRoot } from '../../lib/support/paths.ts';

/** How a script ended, with what it said. */
export interface Ended {
  exitCode: number;
  said: string;
}

/** A folder in which scripts of CI run as in a checkout; the command line in it is the real one, but touches no cluster. */
export interface Checkout {
  root: string;
  /** Runs a script as GitHub does where no shell is named. */
  run(script: string, values?: Record<string, string>): Ended;
  /** Paths and globs, one a line, that match nothing. */
  missing(paths: string): string[];
}

/**
 * Makes one. `verify` leaves a run with this verdict and makes its reports by `verify --report-only`; `gate` leaves the files that
 * lib/gate writes; `env down` would start a container engine and does nothing; everything else is what it is.
 */
export function makeCheckout(root: string, { verdict = 'passed' }: { verdict?: Verdict } = {}): Checkout {
  const bin = join(root, 'stubs');
  for (const folder of [bin, join(root, 'bin'), join(root, 'home')]) mkdirSync(folder, { recursive: true });
  const samples = {
    verify: sampleIn(join(root, 'samples', 'verify'), verdict),
    gate: join(root, 'samples', 'gate'),
  };
  writeGate(samples.gate, decideGate(sampleEvidence(), Date.parse('2026-01-01T00:30:00Z')));
  writeFileSync(join(root, 'bin', 'meshproof.mjs'), standIn(samples));
  stub(bin, 'npm', 'test "$*" = ci');
  // Whatever runs in the engine of this machine is none of theirs.
  stub(bin, 'docker', 'exit 127');
  // The way to GitHub: says what it was asked to do.
  stub(bin, 'gh', 'echo "gh $*" >> gh.log');
  const base = {
    PATH: [bin, env['PATH'] ?? ''].join(delimiter),
    HOME: join(root, 'home'),
    MESHPROOF_STATE: join(root, 'home', 'state'),
    MESHPROOF_CACHE: join(root, 'home', 'cache'),
  };
  return {
    root,
    run(script, values = {}) {
      const { status, stdout, stderr } = spawnSync('bash', ['-e'], {
        cwd: root,
        input: script,
        encoding: 'utf8',
        env: { ...base, ...values },
      });
      return { exitCode: status ?? 1, said: `${stdout}${stderr}` };
    },
    missing(paths) {
      const wanted = paths.split('\n').map((path) => path.trim());
      // What is below ~ are the tools of nights before; the first night has none.
      return wanted.filter(
        (path) => path !== '' && !path.startsWith('~') && globSync(path, { cwd: root }).length === 0,
      );
    },
  };
}

/** What a file in the checkout says; empty when it is not there. */
export function textIn({ root }: Checkout, file: string): string {
  return existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : '';
}

/** The folder that the suites of a run leave: manifest and verdict. */
function sampleIn(output: string, verdict: Verdict): string {
  mkdirSync(output, { recursive: true });
  writeManifest(sampleManifest(output));
  writeVerdict(reportFiles(output).verdict, sampleRun([sampleTest(verdict), sampleTest('passed')]));
  return output;
}

function stub(folder: string, name: string, script: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

/** The command line of the checkout, where clusters are wanted: what a run, or a gate, leaves is copied. */
function standIn(samples: { verify: string; gate: string }): string {
  const main = join(projectRoot, 'lib', 'cli', 'main.ts');
  return `
import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
const samples = ${JSON.stringify(samples)};
const args = process.argv.slice(2);
const [command, action] = args;
if (command in samples) cpSync(samples[command], args[args.indexOf('--output') + 1], { recursive: true });
if (command === 'gate' || (command === 'env' && action === 'down')) process.exit(0);
if (command === 'verify') args.push('--report-only');
const { status } = spawnSync(${JSON.stringify(execPath)}, [${JSON.stringify(main)}, ...args], { stdio: 'inherit' });
process.exit(status ?? 70);
`;
}
