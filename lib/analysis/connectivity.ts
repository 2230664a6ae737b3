import type { MatrixCell, WireProtocol } from '../model/connectivity.ts';
import type { Observation } from '../model/observation.ts';
import { analyseLatency } from './latency.ts';
import { failuresAllowed } from './sample-size.ts';

/** One path and protocol of the matrix. */
export interface MatrixPath {
  from: string;
  to: string;
  protocol: WireProtocol;
}

/**
 * Judges one cell: it works when no more calls fail than a healthy path may lose by the budget, and all answers come from
 * the cluster that was called. `cells` of the whole matrix share one false alarm in a thousand runs (Bonferroni).
 */
export function judgeCell(
  path: MatrixPath,
  observations: readonly Observation[],
  { errorRatio, cells }: { errorRatio: number; cells: number },
): MatrixCell {
  const { count: calls, ok, p50Ms } = analyseLatency(observations);
  const most = failuresAllowed({ calls, ratio: errorRatio, falseAlarm: 0.001 / cells });
  const astray = observations.filter(
    ({ outcome, answeredBy }) =>
      outcome === 'ok' && answeredBy !== undefined && answeredBy.cluster !== path.to,
  );
  const fails = calls === 0 || calls - ok > most || astray.length > 0;
  const reason =
    astray.length > 0
      ? `${astray.length} of ${calls} calls were answered by ${astray[0]?.answeredBy?.cluster}`
      : failureWords(observations);
  return {
    ...path,
    state: fails ? 'fails' : 'works',
    calls,
    ok,
    ...(p50Ms === undefined ? {} : { p50Ms }),
    ...(reason === '' ? {} : { reason }),
  };
}

/** How calls failed, the most frequent way first: `20 × http-5xx (grpc-status 14 UNAVAILABLE fault filter abort)`. */
export function failureWords(observations: readonly Observation[]): string {
  const ways = new Map<string, number>();
  for (const { outcome, detail, agentFault } of observations) {
    if (outcome === 'ok' || agentFault === true) continue;
    const words = detail === undefined ? outcome : `${outcome} (${detail})`;
    ways.set(words, (ways.get(words) ?? 0) + 1);
  }
  const sorted = [...ways].sort((a, b) => b[1] - a[1]);
  return sorted.map(([words, times]) => `${times} × ${words}`).join(', ');
}

/** What is wrong with a matrix, one sentence a cause and the widest cause first; empty for a healthy one. */
export function matrixFindings(cells: readonly MatrixCell[]): string[] {
  const failing = cells.filter(({ state }) => state === 'fails');
  const applicable = cells.filter(({ state }) => state !== 'not-applicable');
  const dead = groups(applicable, ({ from, to }) => `${from} → ${to}`).filter(
    ([, group]) => group.length > 1 && group.every(({ state }) => state === 'fails'),
  );
  const deadCells = new Set(dead.flatMap(([, group]) => group));
  return [
    ...dead.map(([path, group]) => `${path}: no protocol gets through; ${sample(group)}`),
    ...groups(
      failing.filter((cell) => !deadCells.has(cell)),
      ({ protocol }) => protocol,
    ).map(([protocol, group]) => protocolWords(protocol, group, applicable)),
  ];
}

function protocolWords(protocol: string, group: readonly MatrixCell[], all: readonly MatrixCell[]): string {
  const where = group.map(({ from, to }) => (from === to ? `within ${from}` : `${from} → ${to}`)).join(', ');
  const elsewhere = all.some((cell) => cell.protocol === protocol && cell.state === 'works');
  const others = all.filter(
    (cell) => cell.state === 'works' && group.some(({ from, to }) => from === cell.from && to === cell.to),
  );
  const alive = [...new Set(others.map((cell) => cell.protocol))];
  const beside =
    alive.length === 0 ? '' : `, where ${alive.join(', ')} ${alive.length > 1 ? 'work' : 'works'}`;
  return `${protocol} fails ${elsewhere ? '' : 'everywhere: '}${where}${beside}; ${sample(group)}`;
}

function sample(group: readonly MatrixCell[]): string {
  return group[0]?.reason ?? `${group[0]?.ok ?? 0} of ${group[0]?.calls ?? 0} calls succeeded`;
}

/** Values by a key, in the order of their first appearance. */
export function groups<T>(values: readonly T[], keyOf: (value: T) => string): [string, T[]][] {
  const found = new Map<string, T[]>();
  for (const value of values) found.set(keyOf(value), [...(found.get(keyOf(value)) ?? []), value]);
  return [...found];
}
