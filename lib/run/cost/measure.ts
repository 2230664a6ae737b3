import { judgeConvergence } from '../../analysis/convergence.ts';
import { costedCalls } from '../../analysis/costs.ts';
import { pricePaths } from '../../analysis/path-price.ts';
import type { Lab } from '../../model/lab.ts';
import type { CostPart, CostReport } from '../../model/cost-report.ts';
import type { PriceTable } from '../../model/price.ts';
import type { Log } from '../../support/log.ts';
import { watchStolenTime } from '../../support/stolen-time.ts';
import type { Stages } from '../../support/stages.ts';
import type { Backend } from '../backend.ts';
import { labBackend } from '../lab-backend.ts';
import { manifestWithoutSuites } from '../manifest.ts';
import { sweepLab } from '../sweep.ts';
import { MESH_CALLER, MESH_NAMESPACE, SHARED_SERVICE } from '../workloads.ts';
import { deployWorld } from '../world.ts';
import { type AgentLoad, agentLoad } from './agent-load.ts';
import { callTimesArea, measureCallTimes } from './call-times.ts';
import { measureConvergence } from './convergence.ts';
import { proxyCosts } from './meter.ts';

/** Connections, buffers and statistics are made by the first calls. */
const WARM_UP_SECONDS = 5;

export interface CostOptions {
  parts: readonly CostPart[];
  /** Cluster of the caller. */
  from: string;
  ratePerSecond: number;
  seconds: number;
  prices: { table: PriceTable; callsPerSecond: number };
  /** Services of configuration at which the control plane is timed, and changes at each. */
  sizes: readonly number[];
  changes: number;
  log: Log;
  stages: Stages;
}

/**
 * What the mesh of a lab costs, which this process holds: sweep, workloads, the parts that were asked for one after the other,
 * clean-up. A part that the mesh does not show is a note.
 */
export async function measureCosts(lab: Lab, run: string, options: CostOptions): Promise<CostReport> {
  const { parts, from, ratePerSecond, seconds, log, stages } = options;
  const load: AgentLoad = { cluster: from, service: SHARED_SERVICE, ratePerSecond, seconds };
  const report: CostReport = {
    environment: lab.environment.name,
    mesh: `${lab.mesh.driver} ${lab.mesh.version}`,
    run,
    startedAt: new Date().toISOString(),
    load: { from, service: SHARED_SERVICE, ratePerSecond, seconds },
    notes: [],
  };
  await stages.run('sweep', () => sweepLab(lab, log));
  using stolen = watchStolenTime();
  try {
    const areas = parts.includes('times') ? [callTimesArea] : [];
    await stages.run('workloads', () => deployWorld(lab, { run, areas }));
    await using backend = labBackend(manifestWithoutSuites(lab, run, 'meshproof cost'));
    if (parts.includes('proxies'))
      Object.assign(report, await stages.run('proxies', () => proxyPart(backend, load, report.notes)));
    if (parts.includes('times')) {
      const times = await stages.run('times', () => measureCallTimes(backend, load));
      const { table, callsPerSecond } = options.prices;
      const paths = pricePaths(times, table, callsPerSecond);
      Object.assign(report, { times, prices: { table, callsPerSecond, paths } });
    }
    if (parts.includes('xds'))
      report.xds = await stages.run('xds', () => measureConvergence(backend, { ...options, run }), {
        speaks: true,
      });
  } finally {
    await stages.run('clean-up', () => sweepLab(lab, log));
  }
  const words = stolen.words();
  if (report.xds)
    report.convergence = judgeConvergence(report.xds, lab.environment.budgets.propagationMs, words);
  return { ...report, notes: [...report.notes, ...(words === undefined ? [] : [words])] };
}

async function proxyPart(
  backend: Backend,
  load: AgentLoad,
  notes: string[],
): Promise<Pick<CostReport, 'proxies'>> {
  await agentLoad(backend, { ...load, seconds: WARM_UP_SECONDS });
  const client = { cluster: load.cluster, app: MESH_CALLER };
  const workloads = { namespace: MESH_NAMESPACE, client, server: load.service };
  let failed = 0;
  const costs = await proxyCosts(backend.lab, {
    workloads,
    load: async () => {
      const recording = await agentLoad(backend, load);
      failed = recording.observations.filter(({ outcome }) => outcome !== 'ok').length;
      return costedCalls([recording]);
    },
  });
  notes.push(...costs.notes, ...(failed === 0 ? [] : [`${failed} of ${costs.calls} calls failed`]));
  const { figures, growth, calls, readings } = costs;
  return { proxies: { figures, growth, calls, failed, source: readings.source } };
}
