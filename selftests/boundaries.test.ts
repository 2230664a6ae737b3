import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { tryExec } from '../lib/support/exec.ts';
import { projectRoot } from '../lib/support/paths.ts';

/** Plants a file, lints it, and takes it away again. */
async function lint(path: string, source: string): Promise<string> {
  const file = join(projectRoot, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, source);
  try {
    const result = await tryExec(join(projectRoot, 'node_modules/.bin/oxlint'), [file], { cwd: projectRoot });
    return result.exitCode === 0 ? '' : result.stdout + result.stderr;
  } finally {
    rmSync(file);
  }
}

for (const [what, path, source] of [
  [
    'the model imports something',
    'lib/model/planted-1.ts',
    "import { exec } from '../support/exec.ts';\nexport const x = exec;\n",
  ],
  [
    'lib imports Playwright',
    'lib/run/planted-2.ts',
    "import { test } from '@playwright/test';\nexport const x = test;\n",
  ],
  [
    'analysis has an effect',
    'lib/analysis/planted-3.ts',
    "import { readFileSync } from 'node:fs';\nexport const x = readFileSync;\n",
  ],
  [
    'a comparison has an effect',
    'lib/analysis/compare/planted-8.ts',
    "import { exec } from '../../support/exec.ts';\nexport const x = exec;\n",
  ],
  [
    'a driver imports a provider',
    'lib/mesh/istio/planted-4.ts',
    "import { kindConfig } from '../../environment/kind/config.ts';\nexport const x = kindConfig;\n",
  ],
  [
    'a fault calls the AWS SDK by itself',
    'lib/fault/planted-10.ts',
    "import { EC2Client } from '@aws-sdk/client-ec2';\nexport const x = EC2Client;\n",
  ],
  [
    'a suite goes past the fixtures',
    'suites/dns/planted-5.ts',
    "import { openKube } from '../../lib/support/kube.ts';\nexport const x = openKube;\n",
  ],
] as const) {
  test(`the linter refuses when ${what}`, async () => {
    expect(await lint(path, source)).toContain('no-restricted-imports');
  });
}

test('the linter accepts what the shape allows', async () => {
  expect(
    await lint('lib/model/planted-6.ts', "import type { Lab } from './lab.ts';\nexport type X = Lab;\n"),
  ).toBe('');
  expect(
    await lint(
      'lib/analysis/planted-7.ts',
      "import type { Lab } from '../model/lab.ts';\nexport type X = Lab;\n",
    ),
  ).toBe('');
  expect(
    await lint(
      'lib/analysis/compare/planted-9.ts',
      "import type { Lab } from '../../model/lab.ts';\nimport { quantiles } from '../quantile.ts';\nexport type X = Lab;\nexport const y = quantiles;\n",
    ),
  ).toBe('');
});
