import {
  COST_ROLES,
  type CostedCall,
  type CostReadings,
  type MeteredContainer,
  type RoleGrowth,
  type UsageSample,
} from '../model/cost.ts';
import type { Recording } from '../model/call-plan.ts';
import { type MemoryPoint, memoryGrowth } from './memory-growth.ts';
import { quantiles } from './quantile.ts';

const MIB = 1024 * 1024;

/** What calls cost in proxies and control plane. */
export interface Costs {
  /**
   * By metric, null where the readings carry none: `cpuPerCallMs ROLE` (the same number as processors per 1,000 calls a
   * second), `memoryMiB ROLE` (of one container, the median of its readings), `cpuPercent control-plane` (of one processor).
   */
  figures: Record<string, number | null>;
  /** One entry for each role, cluster and source of readings that has bounds. */
  growth: RoleGrowth[];
  calls: number;
  /** Why a figure is missing, in words. */
  notes: string[];
}

/** The calls of agents, on the collector's clock. */
export function costedCalls(recordings: readonly Recording[]): CostedCall[] {
  return recordings.flatMap(({ caller, observations, clockOffsetMs }) =>
    observations.map(({ sentAt, answeredBy: to }) => ({
      at: sentAt - clockOffsetMs,
      from: { cluster: caller.cluster, pod: caller.pod },
      ...(to ? { to: { cluster: to.cluster, pod: to.pod } } : {}),
    })),
  );
}

/**
 * Sets what containers used beside the calls that passed them, each between its own first and last reading. A container that
 * was read once, or that took no call meanwhile, has no share; a role without any has null.
 */
export function analyseCosts(readings: CostReadings, calls: readonly CostedCall[]): Costs {
  const meters = readings.containers.map((container) => meterOf(container, readings, calls));
  const figures: Record<string, number | null> = {};
  const notes: string[] = [];
  for (const role of COST_ROLES) {
    const ofRole = meters.filter(({ container }) => container.role === role);
    if (ofRole.length === 0) continue;
    const used = ofRole.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
    const passed = ofRole.reduce((sum, { callsBetween }) => sum + callsBetween, 0);
    const unread = ofRole.filter(({ readMs }) => readMs === 0);
    if (unread.length > 0)
      notes.push(`${role}: ${unread.length} of ${ofRole.length} containers were read less than twice`);
    const whole = unread.length === 0 && passed > 0;
    if (role === 'control-plane') {
      const share = ofRole.reduce((sum, { cpuMs, readMs }) => sum + cpuMs / readMs, 0);
      figures[`cpuPercent ${role}`] = unread.length === 0 ? 100 * share : null;
    } else figures[`cpuPerCallMs ${role}`] = whole ? used / passed : null;
    const memory = ofRole.flatMap(({ resident }) =>
      quantiles(
        resident.map(({ bytes }) => bytes),
        [0.5],
      ).flatMap((value) => value ?? []),
    );
    figures[`memoryMiB ${role}`] = (quantiles(memory, [0.5])[0] ?? Number.NaN) / MIB || null;
  }
  return { figures, growth: roleGrowth(meters), calls: calls.length, notes };
}

/** One container's readings over its calls. */
interface Meter {
  container: MeteredContainer;
  cpuMs: number;
  readMs: number;
  callsBetween: number;
  resident: MemoryPoint[];
  allocated: MemoryPoint[];
}

function meterOf(
  container: MeteredContainer,
  { containers, usage, heap }: CostReadings,
  calls: readonly CostedCall[],
): Meter {
  const { id, role, cluster } = container;
  const samples = usage.filter((one) => one.id === id).sort((a, b) => a.at - b.at);
  // Connections are spread over the gateways of a cluster by chance, and no call says which it took.
  const twins = containers.filter((one) => one.role === role && one.cluster === cluster).length;
  const share = role === 'gateway' ? 1 / twins : 1;
  const times = calls
    .filter((call) => passes(call, container))
    .map(({ at }) => at)
    .sort((a, b) => a - b);
  const upTo = (at: number) => share * countUpTo(times, at);
  const [first, last] = [samples[0], samples.at(-1)];
  const point = (at: number, bytes: number): MemoryPoint => ({ calls: upTo(at), bytes });
  return {
    container,
    ...between(first, last, upTo),
    resident: samples.map(({ at, residentBytes }) => point(at, residentBytes)),
    allocated: heap.flatMap((one) => (one.id === id ? [point(one.at, one.allocatedBytes)] : [])),
  };
}

function between(
  first: UsageSample | undefined,
  last: UsageSample | undefined,
  upTo: (at: number) => number,
): Pick<Meter, 'cpuMs' | 'readMs' | 'callsBetween'> {
  if (!first || !last) return { cpuMs: 0, readMs: 0, callsBetween: 0 };
  return {
    cpuMs: last.cpuMs - first.cpuMs,
    readMs: last.at - first.at,
    callsBetween: upTo(last.at) - upTo(first.at),
  };
}

/** True for calls that the container has work with; a call goes through the gateway of the cluster that answers. */
function passes({ from, to }: CostedCall, { role, cluster, pod }: MeteredContainer): boolean {
  switch (role) {
    case 'client-proxy':
      return from.cluster === cluster && from.pod === pod;
    case 'server-proxy':
      return to?.cluster === cluster && to.pod === pod;
    case 'gateway':
      return to?.cluster === cluster && from.cluster !== cluster;
    case 'control-plane':
      return true;
  }
}

function roleGrowth(meters: readonly Meter[]): RoleGrowth[] {
  const groups = Map.groupBy(meters, ({ container: { role, cluster } }) => `${role} ${cluster}`);
  return [...groups.values()].flatMap((ofRole) =>
    (['resident', 'allocated'] as const).flatMap((of): RoleGrowth[] => {
      const container = ofRole[0]?.container;
      const growth = memoryGrowth(ofRole.map((one) => one[of]));
      return container && growth ? [{ role: container.role, cluster: container.cluster, of, growth }] : [];
    }),
  );
}

/** How many of these sorted times are not after `at`. */
function countUpTo(times: readonly number[], at: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
