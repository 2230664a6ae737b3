import { COST_ROLES, type GrowthState } from '../model/cost.ts';
import { CALL_PARTS } from '../model/call-time.ts';
import type { ConvergenceTimes, CostReport } from '../model/cost-report.ts';
import { figureWords } from './words.ts';

/** A table for a page or a terminal. */
export interface CostTable {
  title: string;
  /** How to read it, in a sentence. */
  about: string;
  head: string[];
  rows: string[][];
}

/** The tables of a report, those that were measured only. */
export function costTables(report: CostReport): CostTable[] {
  return [...proxyTables(report), ...timeTables(report), ...priceTables(report), ...xdsTables(report)];
}

function proxyTables({ proxies }: CostReport): CostTable[] {
  if (!proxies) return [];
  const { figures, growth, source, calls } = proxies;
  const value = (name: string) => {
    const figure = figures[name];
    return typeof figure === 'number' ? figureWords(name, figure).text : '';
  };
  const grown = (role: string, of: string) => {
    // The cluster in which it grows most surely speaks for the others.
    const [worst] = growth
      .filter((one) => one.role === role && one.of === of)
      .toSorted((a, b) => b.growth.lower - a.growth.lower);
    if (!worst) return 'too few readings';
    const { cluster, growth: found } = worst;
    const bounds = [found.lower, found.upper].map((one) => whole(one)).join(' … ');
    return `${STATE_WORDS[found.state]} (${bounds} B a call, ${cluster})`;
  };
  return [
    {
      title: 'Proxies and control plane',
      about: `Over ${calls} calls. A millisecond of a processor for each call is one processor for 1,000 calls a second. Memory is of one container. Growth after a warm-up, with bounds of 99.9 %; by the ${source === 'nodes' ? "nodes' own counters" : "kubelets' figures"}.`,
      head: [
        'role',
        'processor per call',
        'of a processor',
        'memory',
        'memory held',
        'allocated by the proxy',
      ],
      rows: COST_ROLES.filter((role) => `memoryMiB ${role}` in figures).map((role) => [
        role,
        value(`cpuPerCallMs ${role}`),
        value(`cpuPercent ${role}`),
        value(`memoryMiB ${role}`),
        grown(role, 'resident'),
        role === 'control-plane' ? '' : grown(role, 'allocated'),
      ]),
    },
  ];
}

const STATE_WORDS: Record<GrowthState, string> = {
  flat: 'does not grow',
  grows: 'GROWS',
  'warming-up': 'warms up',
  unclear: 'not shown to grow',
};

function timeTables({ times }: CostReport): CostTable[] {
  if (!times) return [];
  return [
    {
      title: 'Where the time of a call goes',
      about:
        'Means of the middle half of the calls, and of the slowest twentieth. The parts add up. A gateway that passes TLS through is in the network.',
      head: ['path', 'calls', 'total', ...CALL_PARTS, 'told by both proxies'],
      rows: times.flatMap(({ path, groups, calls, answered }) =>
        (groups.length === 0 ? [undefined] : groups).map((group) => [
          path,
          group ? `${group.group} ${group.calls}` : 'none',
          group ? ms(group.totalMs) : '',
          ...CALL_PARTS.map((part) => (group ? ms(group.parts[part]) : '')),
          `${calls} of ${answered}`,
        ]),
      ),
    },
  ];
}

function priceTables({ prices }: CostReport): CostTable[] {
  if (!prices) return [];
  const { table, callsPerSecond, paths } = prices;
  const money = (amount: number) =>
    `${amount.toLocaleString('en-US', { maximumFractionDigits: 0 })} ${table.currency}`;
  return [
    {
      title: 'What the data path would cost in a month',
      about: `An estimate for ${callsPerSecond} calls a second on one path, by ${table.name} of ${table.checked}.`,
      head: ['path', 'kind', 'bytes per call', 'GB a month', 'charges', 'a month'],
      rows: paths.map((one) => [
        one.path,
        one.class,
        whole(one.bytesPerCall),
        whole(one.gigabytesPerMonth),
        one.charges
          .map(({ name, forBytes, byHour }) =>
            [`${name} ${money(forBytes)}`, ...(byHour > 0 ? [`and ${money(byHour)} by the hour`] : [])].join(
              ' ',
            ),
          )
          .join(', ') || 'none',
        money(one.total),
      ]),
    },
  ];
}

function xdsTables({ xds, convergence }: CostReport): CostTable[] {
  if (!xds) return [];
  const times = ({ median, fastest, slowest }: ConvergenceTimes) =>
    median === null ? 'none' : `${ms(median)} (${ms(fastest ?? 0)} … ${ms(slowest ?? 0)})`;
  return [
    {
      title: 'How long a change takes to reach every proxy',
      about: `A service with another port: from before it is sent to the API server until the last proxy has it. Median, fastest and slowest change.${convergence ? ` Budget (budgets.propagation): ${convergence.verdict}, ${convergence.words}.` : ''}`,
      head: ['services', 'changes', 'proxies', 'in its own cluster', 'in the others', 'in all'],
      rows: xds.map(({ services, changes, proxies, own, remote, all, missing }) => [
        String(services),
        String(changes),
        String(proxies),
        times(own),
        times(remote),
        missing.length === 0 ? times(all) : missing.join('; '),
      ]),
    },
  ];
}

function ms(value: number): string {
  return figureWords('timeMs', value).text;
}

function whole(value: number): string {
  return Number.isFinite(value)
    ? Math.round(value).toLocaleString('en-US').replace('-', '−')
    : value < 0
      ? '−∞'
      : '∞';
}
