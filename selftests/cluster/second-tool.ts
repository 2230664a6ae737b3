import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { V1Container } from '@kubernetes/client-node';
import { quantiles } from '../../lib/analysis/quantile.ts';
import { K6_CONTAINER, type K6Options, k6DeadlineSeconds, k6Job, k6Script } from '../../lib/load/job.ts';
import { podProgress, readScripts } from '../../lib/load/k6.ts';
import { planSeconds, WARMUP_SECONDS } from '../../lib/load/script-plan.ts';
import { parseLoad } from '../../lib/load/summary.ts';
import type { Lab, LabNode } from '../../lib/model/lab.ts';
import { exec } from '../../lib/support/exec.ts';
import { type Kube, apply, ignoreMissing, remove, waitFor } from '../../lib/support/kube.ts';
import { mustRunInNode } from '../../lib/support/node-access.ts';
import { cacheDir } from '../../lib/support/paths.ts';

/** The last version of fortio that needs nothing but Go modules which everybody can fetch. */
const FORTIO = 'fortio.org/fortio@v1.68.0';
const NODE_FOLDER = '/var/lib/meshproof-second-tool';

/** Latencies of the same seconds by both tools, milliseconds. */
export interface Slice {
  k6: { p50Ms: number; p99Ms: number; calls: number };
  fortio: { p50Ms: number; p99Ms: number; calls: number };
}

/**
 * Runs a load of k6 with fortio beside it: in one pod, through the same proxy, at the same rate, from as many callers, so
 * that whatever the machine does meets both. Gives back what each measured of every arm's seconds; fortio logs each call.
 */
export async function besideFortio(
  lab: Lab,
  kube: Kube,
  node: LabNode,
  { callers, ...options }: K6Options & { callers: number },
): Promise<Slice[]> {
  await putFortio(lab, node);
  const name = 'meshproof-second-tool';
  const scripts = k6Script(name, await readScripts(), options);
  const job = k6Job(name, { ...options, nodeSelector: { 'kubernetes.io/hostname': node.name } });
  const pod = job.spec?.template.spec;
  // The same share of a busy node as k6 has: with less it would be woken later, and call that the path's latency.
  const { resources = {} } = pod?.containers[0] ?? {};
  pod?.containers.push(fortioContainer(options, callers, resources));
  pod?.volumes?.push({ name: 'fortio', hostPath: { path: NODE_FOLDER } });
  const { namespace, plan } = options;
  try {
    await apply(kube, [scripts, job]);
    const ended = await waitFor(
      'k6 beside fortio',
      async () => {
        const { items } = await kube.core.listNamespacedPod({
          namespace,
          labelSelector: `meshproof.dev/load=${name}`,
        });
        return items[0] && podProgress(items[0]);
      },
      { timeoutMs: k6DeadlineSeconds(options) * 1000, everyMs: 1000 },
    );
    if ('stuck' in ended) throw new Error(ended.stuck);
    const log = (container: string) =>
      kube.core.readNamespacedPodLog({ name: ended.pod, namespace, container });
    const results = parseLoad(await log(K6_CONTAINER), plan.arms, plan.shape.seconds);
    const calls = fortioCalls(await log('fortio'));
    return results.map(({ p50Ms, p99Ms, sent, startedAt, failed }, index) => {
      if (failed > 0) throw new Error(`${failed} calls of k6 failed`);
      const from = startedAt + 1000 * (WARMUP_SECONDS + index * plan.shape.seconds);
      const during = calls.filter(({ at }) => from <= at && at < from + 1000 * plan.shape.seconds);
      const [p50 = Number.NaN, p99 = Number.NaN] = quantiles(
        during.map(({ ms }) => ms),
        [0.5, 0.99],
      );
      return {
        k6: { p50Ms, p99Ms, calls: sent },
        fortio: { p50Ms: p50, p99Ms: p99, calls: during.length },
      };
    });
  } finally {
    await ignoreMissing(kube.batch.deleteNamespacedJob({ name, namespace, propagationPolicy: 'Background' }));
    await remove(kube, [scripts]);
    await mustRunInNode(lab.access, node.container, ['rm', '-rf', NODE_FOLDER]);
  }
}

function fortioContainer(
  { image, plan }: K6Options,
  callers: number,
  resources: NonNullable<V1Container['resources']>,
): V1Container {
  const [arm] = plan.arms;
  const { ratePerSecond } = plan.shape as { ratePerSecond: number };
  const load = `-qps ${ratePerSecond} -c ${callers} -t ${planSeconds(plan) + 15}s`;
  // Callers begin spread over the interval, and one that was held up lets its missed calls go, as arrivals do. Both tools
  // speak HTTP by Go's own client: fortio's quicker one takes 0.1 ms less of each call, which is the caller's and not the path's.
  const pace = '-stdclient -uniform -nocatchup -allow-initial-errors';
  const log = '-access-log-file /dev/stdout -access-log-format json';
  const words = `load -quiet ${load} ${pace} ${log} http://${arm?.host}:${arm?.port}/`;
  return {
    name: 'fortio',
    image,
    imagePullPolicy: 'IfNotPresent',
    resources,
    command: ['/fortio/fortio', ...words.split(' ')],
    volumeMounts: [{ name: 'fortio', mountPath: '/fortio', readOnly: true }],
  };
}

function fortioCalls(log: string): { at: number; ms: number }[] {
  return log.split('\n').flatMap((line) => {
    const start = line.indexOf('{"latency"');
    if (start < 0) return [];
    const { latency, timestamp, ok } = JSON.parse(line.slice(start)) as {
      latency: number;
      timestamp: number;
      ok: boolean;
    };
    return ok ? [{ at: timestamp / 1e6, ms: latency * 1000 }] : [];
  });
}

/** Builds fortio once a machine, and lays it where pods of this node find it. */
async function putFortio(lab: Lab, node: LabNode): Promise<void> {
  const folder = join(cacheDir(), 'second-tool', FORTIO.replace(/.*@/, ''));
  const file = join(folder, 'fortio');
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true });
    await exec('go', ['install', '-trimpath', FORTIO], { env: { CGO_ENABLED: '0', GOBIN: folder } });
  }
  const place = `mkdir -p ${NODE_FOLDER} && cat > ${NODE_FOLDER}/fortio && chmod 755 ${NODE_FOLDER}/fortio`;
  const input = readFileSync(file);
  await mustRunInNode(lab.access, node.container, ['sh', '-c', place], { input, timeout: 60_000 });
}
