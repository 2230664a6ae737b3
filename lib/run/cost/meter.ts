import { analyseCosts, type Costs } from '../../analysis/costs.ts';
import type {
  CostedCall,
  CostReadings,
  HeapSample,
  MeteredContainer,
  UsageSample,
} from '../../model/cost.ts';
import type { Lab } from '../../model/lab.ts';
import { openPodPort, type Read } from '../../probe/pod-http.ts';
import { systemClock } from '../../support/clock.ts';
import { openKube } from '../../support/kube.ts';
import { footprintOf, type MeteredWorkloads, meteredContainers } from './containers.ts';
import { readUsage, usageSourceOf } from './usage-source.ts';

/** Between two readings of everything. A reading costs each node some 10 ms of a processor. */
const READ_EVERY_MS = 1500;
/** Kubelets renew their figures every 10 to 15 s (cAdvisor's housekeeping): a load has two of them within when it is longer. */
const KUBELET_LOAD_MS = 45_000;

/** Readings that are being taken. */
export interface CostMeter {
  /** Reads once more, and ends. */
  stop(): Promise<CostReadings>;
}

export interface ProxyCostOptions {
  workloads: MeteredWorkloads;
  /** Makes the calls, and gives each of them back; readings go on from right before to right after. */
  load: () => Promise<CostedCall[]>;
}

/**
 * What calls cost in proxies, gateways and control plane while a known load runs: processor time for each call, memory, and
 * whether memory grows with calls. For any side of a comparison: figures are by metric, and the readings can be joined with
 * those of other rounds ({@link joinReadings}). Throws `not-applicable` where the mesh's driver has no footprint.
 */
export async function proxyCosts(
  lab: Lab,
  { workloads, load }: ProxyCostOptions,
): Promise<Costs & { readings: CostReadings; made: CostedCall[] }> {
  const containers = await meteredContainers(lab, workloads);
  const meter = await startMeter(lab, containers);
  let made: CostedCall[];
  try {
    made = await load();
  } catch (error) {
    await meter.stop().catch(() => undefined);
    throw error;
  }
  const readings = await meter.stop();
  const costs = analyseCosts(readings, made);
  const short = readings.source === 'kubelets' && Object.values(costs.figures).includes(null);
  const notes = short
    ? [...costs.notes, `kubelets tell seldom: the load should last ${KUBELET_LOAD_MS / 1000} s at least`]
    : costs.notes;
  return { ...costs, notes, readings, made };
}

/** Readings and calls of several loads, for the growth of memory over all of them. */
export function joinReadings(all: readonly CostReadings[]): CostReadings {
  const containers = new Map(all.flatMap((one) => one.containers.map((each) => [each.id, each] as const)));
  return {
    source: all.some(({ source }) => source === 'kubelets') ? 'kubelets' : 'nodes',
    containers: [...containers.values()],
    usage: all.flatMap(({ usage }) => usage),
    heap: all.flatMap(({ heap }) => heap),
  };
}

/**
 * Starts to read; returns after the first reading. What cannot be read throws at once, or at the end. `meanwhile: false` reads at
 * both ends only: on two cores readings every 1.5 s of eight proxies made p99 of what was timed beside them ten times as long.
 */
export async function startMeter(
  lab: Lab,
  containers: readonly MeteredContainer[],
  { meanwhile = true }: { meanwhile?: boolean } = {},
): Promise<CostMeter> {
  const source = usageSourceOf(lab);
  const usage = new Map<string, UsageSample>();
  const heap: HeapSample[] = [];
  const proxies = await openHeaps(lab, containers);
  const close = () => Promise.all(proxies.map((one) => one.close()));
  const read = async () => {
    const [used, held] = await Promise.all([
      Promise.all(byNode(containers).map((on) => readUsage(lab, source, on))),
      Promise.all(proxies.map((one) => one.sample())),
    ]);
    // A kubelet gives the same figures again and again.
    for (const sample of used.flat()) usage.set(`${sample.id} ${sample.at}`, sample);
    heap.push(...held.flat());
  };
  try {
    await read();
  } catch (error) {
    await close();
    throw error;
  }
  const going = { on: true };
  const reading = (async () => {
    if (!meanwhile) return;
    for (let due = Date.now() + READ_EVERY_MS; ; due += READ_EVERY_MS) {
      while (going.on && Date.now() < due) await systemClock.sleep(Math.min(100, due - Date.now()));
      if (!going.on) return;
      await read();
    }
  })();
  // Whoever stops it hears of it.
  reading.catch(() => undefined);
  return {
    async stop() {
      going.on = false;
      try {
        await reading;
        await read();
      } finally {
        await close();
      }
      return { source, containers: [...containers], usage: [...usage.values()], heap };
    },
  };
}

function byNode(containers: readonly MeteredContainer[]) {
  const nodes = Map.groupBy(containers, ({ cluster, node }) => `${cluster}/${node}`);
  return [...nodes.values()].flatMap((here) => {
    const [first] = here;
    return first ? [{ cluster: first.cluster, node: first.node, containers: here }] : [];
  });
}

/** Ways to what proxies say of their memory, one port-forward each for all readings. */
async function openHeaps(lab: Lab, containers: readonly MeteredContainer[]) {
  const { heap } = footprintOf(lab);
  const proxies = containers.filter(({ role }) => role !== 'control-plane');
  return Promise.all(
    proxies.map(async ({ id, cluster, namespace, pod }) => {
      const { kubeconfig = '' } = lab.clusters.find(({ name }) => name === cluster) ?? {};
      const opened = await openPodPort(openKube(kubeconfig), { namespace, pod, port: heap.port });
      return { close: opened.close, sample: () => sampleOf(opened.read, id, heap) };
    }),
  );
}

async function sampleOf(
  read: Read,
  id: string,
  { path, read: parse }: { path: string; read(page: string): number | undefined },
): Promise<HeapSample[]> {
  const at = Date.now();
  const allocatedBytes = parse(await read(path));
  return allocatedBytes === undefined ? [] : [{ id, at, allocatedBytes }];
}
