import type { LoadLimits, LoadProtocol, PathBudget, PathClass, RelativeLimits } from '../model/load.ts';
import { inMs } from './latency-schema.ts';
import type { Problem } from './problem.ts';
import type { EnvironmentFile } from './schema.ts';

type Paths = EnvironmentFile['budgets']['latency']['paths'];
type PathFile = NonNullable<NonNullable<Paths[PathClass]>[LoadProtocol]>;

/** Within a cluster there is a way past both proxies; another cluster is reached through the mesh, or not at all. */
const WITHIN: readonly PathClass[] = ['same-node', 'same-zone', 'cross-zone'];

/** Limits that nothing could ever be measured for. */
export function pathBudgetProblems(paths: Paths): Problem[] {
  return each(paths).flatMap(([kind, protocol, budget]) => {
    const path = ['budgets', 'latency', 'paths', kind, protocol];
    const within = WITHIN.includes(kind);
    const impossible = within ? 'same-cluster' : 'no-mesh';
    return [
      ...(budget.tlsHandshake === undefined || protocol === 'http2'
        ? []
        : [
            {
              message: `${path.join('.')}.tlsHandshake: callers of ${protocol} have no TLS of their own`,
              path: [...path, 'tlsHandshake'],
              nextStep: 'give the limit to http2, which is called over TLS that the mesh passes through',
            },
          ]),
      ...(budget.relative?.to === impossible
        ? [
            {
              message: `${path.join('.')}.relative.to: a path that is ${kind} has no baseline ${impossible}`,
              path: [...path, 'relative', 'to'],
              nextStep: `measure it against ${within ? 'no-mesh' : 'same-cluster'}`,
            },
          ]
        : []),
    ];
  });
}

/** Budgets of paths as the rest of the program has them: a list, in milliseconds. */
export function pathBudgets(paths: Paths): PathBudget[] {
  return each(paths).map(([path, protocol, budget]) => ({
    path,
    protocol,
    limits: limitsOf(budget),
    ...(budget.relative ? { relative: relativeOf(budget.relative) } : {}),
  }));
}

function each(paths: Paths): [PathClass, LoadProtocol, PathFile][] {
  return Object.entries(paths).flatMap(([kind, protocols]) =>
    Object.entries(protocols).map(([protocol, budget]): [PathClass, LoadProtocol, PathFile] => [
      kind as PathClass,
      protocol as LoadProtocol,
      budget,
    ]),
  );
}

function limitsOf({
  p50,
  p95,
  p99,
  max,
  errorRatio,
  throughput,
  connect,
  tlsHandshake,
}: PathFile): LoadLimits {
  return {
    ...(p50 === undefined ? {} : { p50Ms: inMs(p50) }),
    ...(p95 === undefined ? {} : { p95Ms: inMs(p95) }),
    ...(p99 === undefined ? {} : { p99Ms: inMs(p99) }),
    ...(max === undefined ? {} : { maxMs: inMs(max) }),
    ...(errorRatio === undefined ? {} : { errorRatio }),
    ...(throughput === undefined ? {} : { perSecond: throughput }),
    ...(connect === undefined ? {} : { connectMs: inMs(connect) }),
    ...(tlsHandshake === undefined ? {} : { tlsHandshakeMs: inMs(tlsHandshake) }),
  };
}

function relativeOf({ slack, ...rest }: NonNullable<PathFile['relative']>): RelativeLimits {
  return { ...rest, slackMs: inMs(slack) };
}
