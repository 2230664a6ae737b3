import { expect, test } from '@playwright/test';
import { beforeAfter } from '../../lib/gate/before-after.ts';
import { metricWords } from '../../lib/gate/words.ts';
import { inboundHttpFilter } from '../../lib/prove/http-filter.ts';
import { SIDE_NAMESPACES } from '../../lib/run/areas/sides.ts';
import { openChanges } from '../../lib/run/changes.ts';
import { sweepLab } from '../../lib/run/sweep.ts';
import { worldIn } from '../../lib/run/world.ts';
import { silentLog, terminalLog } from '../../lib/support/log.ts';
import { requireLab } from './lab.ts';

const RUN = 'self-test-before-after';

/** Holds up every inbound call of the mesh by 30 ms, as a worse version would. */
const slowdown = inboundHttpFilter(
  { name: 'meshproof-slow-mesh', namespace: 'istio-system' },
  {
    name: 'meshproof.slow',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault',
      delay: { fixed_delay: '0.03s', percentage: { numerator: 100, denominator: 'HUNDRED' } },
    },
  },
);

test(
  'a mesh that is 30 ms slower for a while fails by its latencies, before and after',
  { tag: '@nightly' },
  async ({}, info) => {
    const lab = requireLab();
    await sweepLab(lab, silentLog);
    const changes = openChanges(lab, RUN);
    const blocks = beforeAfter(
      lab,
      { run: RUN, seed: 1 },
      {
        log: terminalLog(),
        signal: new AbortController().signal,
        shape: { ratePerSecond: 60, durationMs: 3000, warmUpMs: 500 },
        rounds: { identical: 6, most: 6 },
      },
    );
    try {
      await blocks.before();
      for (const { name } of lab.clusters) await changes.apply(name, [slowdown]);
      await blocks.after();
      await changes.revert();
      const comparison = await blocks.again();
      await info.attach('comparison.json', {
        body: JSON.stringify(comparison, null, 1),
        contentType: 'application/json',
      });
      const words = comparison.metrics.map((metric) => `${metric.verdict}: ${metricWords(metric)}`);
      expect(comparison.verdict, [...comparison.reasons, ...words].join('\n')).toBe('fail');
      const failed = comparison.metrics.filter(({ verdict }) => verdict === 'fail');
      expect(failed.map(({ metric }) => metric.name)).toEqual(
        expect.arrayContaining(['p50Ms in-cluster http', 'p50Ms cross-cluster http']),
      );
    } finally {
      await changes.revert();
    }
    expect((await worldIn(lab)).filter((one) => one.includes(SIDE_NAMESPACES.from))).toEqual([]);
    await sweepLab(lab, silentLog);
  },
);
