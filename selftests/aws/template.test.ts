import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { parseEnvironment } from '../../lib/environment/load.ts';
import { clusterStacks } from '../../lib/environment/eks/template/index.ts';
import { tryExec } from '../../lib/support/exec.ts';
import { projectRoot } from '../../lib/support/paths.ts';
import { MOTO_START_MS, motoPackages } from './moto.ts';

const example = readFileSync(join(projectRoot, 'environments/eks-two-regions.yaml'), 'utf8');
/** West differs from east in all that a template can. */
const other = example
  .replace(
    'kube-proxy: v1',
    'eks-pod-identity-agent: v1.3.9-eksbuild.1\n      amazon-cloudwatch-observability: v4.5.0-eksbuild.1\n      kube-proxy: v1',
  )
  .replace(
    'vpcCidr: 10.20.0.0/16',
    'egress: endpoints\n        identities: pod-identity\n        admins: ["arn:aws:iam::111122223333:role/admin"]\n        vpcCidr: 10.20.0.0/16',
  )
  .replace('[us-east-2a, us-east-2b]', '[us-east-2a, us-east-2b, us-east-2c]')
  .replace('publicAccess: [] # ranges', 'publicAccess: [203.0.113.0/24] # ranges');

/** What cfn-lint says of templates; it has the schemas of CloudFormation with it, and asks nobody. */
async function cfnLint(templates: readonly object[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'meshproof-cfn-'));
  const files = templates.map((template, index) => {
    const file = join(folder, `${index}.json`);
    writeFileSync(file, JSON.stringify(template));
    return file;
  });
  // W3010 asks for zones by index: ours are named by the environment file.
  const main = 'import sys; from cfnlint import runner; sys.exit(runner.main())';
  const options = ['-r', 'us-east-1', '--ignore-checks', 'W3010', '-t', ...files];
  const { stdout, stderr } = await tryExec('python3', ['-c', main, ...options], {
    env: { PYTHONPATH: await motoPackages() },
  });
  return stdout + stderr;
}

test('cfn-lint finds nothing in any template, and finds what is planted', async () => {
  test.setTimeout(MOTO_START_MS);
  const stacks = [example, other].flatMap((text) => clusterStacks(parseEnvironment(text, 'x.yaml')));
  const templates = stacks.map(({ template }) => template);
  expect(templates).toHaveLength(4);
  expect(await cfnLint(templates)).toBe('');
  const [first] = templates;
  const { Vpc } = first?.Resources ?? {};
  const planted = {
    ...first,
    Resources: { ...first?.Resources, Vpc: { ...Vpc, Properties: { ...Vpc?.Properties, CidrBlok: 'x' } } },
  };
  expect(await cfnLint([planted])).toContain('CidrBlok');
});
