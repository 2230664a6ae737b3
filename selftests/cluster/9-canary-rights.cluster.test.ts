import { writeFileSync } from 'node:fs';
import { execPath } from 'node:process';
import { KubeConfig } from '@kubernetes/client-node';
import { expect, test } from '@playwright/test';
import { rightsForCanary } from '../../lib/rbac/canary-rights.ts';
import { compareRights } from '../../lib/rbac/cover.ts';
import { rightsForGameday } from '../../lib/rbac/rights.ts';
import { sweepLab } from '../../lib/run/sweep.ts';
import { tryExec } from '../../lib/support/exec.ts';
import { silentLog } from '../../lib/support/log.ts';
import { projectRoot } from '../../lib/support/paths.ts';
import { accounts, accountsGone, askedIn, recordedIn } from './accounts.ts';
import { programEnvironment, requireLab } from './lab.ts';

/** Nobody's: the account is all that is taken away. */
const NO_ENVIRONMENT = 'no-such-environment';

test.afterEach(async () => {
  await sweepLab(requireLab(), silentLog);
  await accountsGone(requireLab(), NO_ENVIRONMENT);
});

test(
  'sides are compared side by side with the rights that are printed for a canary, all of which it uses',
  { tag: '@nightly' },
  async ({}, info) => {
    const lab = requireLab();
    await accountsGone(lab, NO_ENVIRONMENT);
    const { tokens } = await accounts(lab, ['canary']);
    const clusters = lab.clusters.map((cluster) => {
      const kubeconfig = info.outputPath(`${cluster.name}.kubeconfig`);
      const config = new KubeConfig();
      config.loadFromFile(cluster.kubeconfig);
      const [server] = config.clusters;
      if (!server) throw new Error(`no cluster in ${cluster.kubeconfig}`);
      config.loadFromClusterAndUser(server, { name: 'meshproof', token: tokens[cluster.name] ?? '' });
      writeFileSync(kubeconfig, config.exportConfig());
      return { ...cluster, kubeconfig };
    });
    const program = `
      import { compareSideBySide } from './lib/gate/side-by-side.ts';
      import { findLab } from './lib/run/provision.ts';
      const log = { info: (line) => console.log(line), warn() {}, debug() {} };
      const options = {
        log,
        signal: new AbortController().signal,
        shape: { ratePerSecond: 20, durationMs: 1500, warmUpMs: 200 },
        rounds: { identical: 6, most: 6 },
      };
      const lab = { ...findLab('kind-istio'), clusters: ${JSON.stringify(clusters)} };
      const { metrics } = await compareSideBySide(lab, { run: 'self-test-rights', to: {}, seed: 1 }, options);
      console.log(metrics.length + ' metrics');`;
    const requests = info.outputPath('requests.jsonl');
    const compared = await tryExec(execPath, ['--input-type=module-typescript', '--eval', program], {
      cwd: projectRoot,
      timeout: 400_000,
      env: { ...programEnvironment(), ...recordedIn(requests) },
    });
    expect(compared.stderr + compared.stdout).not.toMatch(/forbidden/i);
    expect(compared.exitCode, compared.stderr).toBe(0);
    const { forbidden, unused } = compareRights(rightsForCanary(), askedIn(requests));
    expect(forbidden).toEqual([]);
    // What finds the environment, holds it and puts workloads in is tried with game days; the API server alone asks whether one may `escalate` and `bind`.
    const others = compareRights(rightsForGameday({ probes: [], steps: [] }, { rehearse: true }), []).unused;
    expect(unused.filter((one) => !others.includes(one) && !/^(escalate|bind) /.test(one))).toEqual([]);
  },
);
