import type { Recording } from '../model/call-plan.ts';
import type { Lab } from '../model/lab.ts';
import type { Verdict } from '../model/verdict.ts';
import { packageVersion } from '../report/versions.ts';
import { projectRoot } from '../support/paths.ts';
import type { Abort } from './control.ts';
import type { GamedayEvent } from './events.ts';
import type { FaultRecord } from './faults.ts';
import {
  findingsOf,
  type Held,
  isInDoubt,
  isSteady,
  type Moments,
  neverStopped,
  type ProbeFindings,
  promisesOf,
} from './judge.ts';
import type { LoadedScenario } from './load.ts';
import type { Gateways } from './losses.ts';
import { type PlaneWords, planesOf } from './planes.ts';
import { type Comparison, comparePredictions } from './predicted.ts';
import { type ClockTiming, judgeTiming, type ProbeTiming, timingOf } from './timing.ts';

/** What a game day came to: everything that its evidence says, but the calls themselves. */
export interface GamedayResult {
  scenario: {
    name: string;
    title: string;
    file: string;
    hypothesis: string;
    notes?: string;
    roles: Record<string, string>;
  };
  run: string;
  environment: string;
  rehearsed: boolean;
  /** ISO 8601, UTC. */
  startedAt: string;
  endedAt: string;
  verdict: Verdict;
  /** Why it is not `passed`, one sentence each. */
  reasons: string[];
  moments: Moments;
  promises: Held[];
  findings: ProbeFindings[];
  /** What became of each plane, in words. */
  planes: PlaneWords[];
  /** What faults cost, beside what live timers let expect. */
  predictions: Comparison[];
  /** How exactly times are known. */
  timing: { probes: ProbeTiming[]; clocks: ClockTiming[] };
  /** What somebody should look into, and what is no failure of its own. */
  remarks: string[];
  faults: FaultRecord[];
  events: readonly GamedayEvent[];
  versions: Record<string, string>;
  recordings: ReadonlyMap<string, Recording>;
}

/** What a trouble makes of the verdict. */
export type TroubleKind = 'not-applicable' | 'inconclusive' | 'broken';

/** What is known at the end of a game day. */
export interface Ended {
  loaded: LoadedScenario;
  lab: Lab;
  run: string;
  startedAt: number;
  rehearse: boolean;
  events: readonly GamedayEvent[];
  faults: readonly FaultRecord[];
  recordings: ReadonlyMap<string, Recording>;
  clocks: readonly ClockTiming[];
  /** From when on a steady state lasted; undefined when none was seen. */
  steadyFrom?: number | undefined;
  /** What passes calls on between clusters. */
  gateways: Gateways | undefined;
  troubles: readonly { kind: TroubleKind; words: string }[];
  aborted: Abort | undefined;
  /** What was seen of stolen processor time, in words. */
  stolen: string | undefined;
}

/** Judges a game day. Pure but for the time of day and the versions. */
export function resultOf(ended: Ended): GamedayResult {
  const { loaded, lab, run, faults, recordings } = ended;
  const { scenario, file } = loaded;
  const moments = momentsOf(faults, ended.steadyFrom);
  const findings = scenario.probes.flatMap((probe) => {
    const recording = recordings.get(probe.name);
    return recording ? [findingsOf(probe, recording, moments)] : [];
  });
  const promises = moments.faultsAt.length === 0 ? [] : promisesOf(scenario, findings);
  const timing = { probes: timingOf(scenario, recordings), clocks: [...ended.clocks] };
  const clocks = judgeTiming(timing.clocks, lab.environment.expect.clockOffsetMs);
  const late = [...timing.probes.flatMap(({ doubt }) => doubt ?? []), ...clocks.doubts];
  const { verdict, reasons } = verdictOf(ended, { moments, promises, findings }, late);
  const predictions = comparePredictions({ ...scenario, faults, recordings, lab, gateways: ended.gateways });
  const { name, title, hypothesis, notes, roles } = scenario;
  return {
    scenario: { name, title, file, hypothesis, roles, ...(notes === undefined ? {} : { notes }) },
    run,
    environment: lab.environment.name,
    rehearsed: ended.rehearse,
    startedAt: new Date(ended.startedAt).toISOString(),
    endedAt: new Date().toISOString(),
    verdict,
    reasons,
    moments,
    promises,
    findings,
    planes: planesOf(scenario, findings),
    predictions,
    timing,
    remarks: [...predictions.flatMap(({ unexplained }) => unexplained ?? []), ...clocks.findings],
    faults: [...faults],
    events: ended.events,
    versions: {
      meshproof: packageVersion(projectRoot),
      [lab.mesh.driver]: lab.mesh.version,
      ...lab.images.versions,
    },
    recordings,
  };
}

/** From the first fault that began to the last that was proven to be gone. */
export function momentsOf(faults: readonly FaultRecord[], steadyFrom?: number): Moments {
  const injected = faults.filter(({ injectedAt }) => injectedAt);
  const begun = injected.flatMap(({ injectedAt }) => injectedAt?.from ?? []);
  const gone = faults.flatMap(({ revertedAt }) => revertedAt ?? []);
  const [first] = injected.toSorted((one, other) => one.preparedAt - other.preparedAt);
  return {
    ...(steadyFrom === undefined ? {} : { steadyFrom }),
    ...(first ? { preparedAt: first.preparedAt } : {}),
    faultsAt: begun.toSorted((a, b) => a - b),
    revertedAt: gone.length === 0 ? undefined : Math.max(...gone),
  };
}

/** The worst that is known decides: broken, failed, inconclusive, passed. */
export function verdictOf(
  { loaded, rehearse, faults, recordings, troubles, aborted, stolen }: Ended,
  { moments, promises, findings }: Pick<GamedayResult, 'moments' | 'promises' | 'findings'>,
  late: readonly string[] = [],
): Pick<GamedayResult, 'verdict' | 'reasons'> {
  const words = (kind: TroubleKind) => troubles.filter((one) => one.kind === kind).map((one) => one.words);
  if (words('broken').length > 0) return { verdict: 'broken', reasons: words('broken') };
  if (words('not-applicable').length > 0)
    return { verdict: 'not-applicable', reasons: words('not-applicable') };
  if (rehearse)
    return { verdict: 'inconclusive', reasons: ['a rehearsal injects nothing', ...words('inconclusive')] };
  const doubts = [
    ...words('inconclusive'),
    ...faults.flatMap(({ name, stoppedBiting }) =>
      stoppedBiting === undefined ? [] : [`${name} stopped biting: ${stoppedBiting}`],
    ),
    ...unsteadyBefore(loaded, findings, moments),
    ...(moments.faultsAt.length === 0 ? [] : neverStopped(loaded.scenario.probes, findings)),
    ...late,
    ...(aborted?.by === 'person' ? [`halted by a person: ${aborted.reason}`] : []),
  ];
  const broken = promises
    .filter(({ held }) => !held)
    .map(({ probe, promise, measured, limit }) => `${probe}: ${promise} ${measured}, target ${limit}`);
  if (aborted?.by === 'condition')
    return { verdict: 'failed', reasons: [`halted: ${aborted.reason}`, ...broken] };
  if (doubts.length > 0) return { verdict: 'inconclusive', reasons: [...doubts, ...broken] };
  if (broken.length > 0 && isInDoubt(loaded.scenario, recordings, moments))
    return {
      verdict: 'inconclusive',
      reasons: [
        `what broke did so while the machine's host took processors away: ${stolen ?? ''}`,
        ...broken,
      ],
    };
  if (broken.length > 0) return { verdict: 'failed', reasons: broken };
  if (moments.faultsAt.length === 0) return { verdict: 'inconclusive', reasons: ['no fault was injected'] };
  return { verdict: 'passed', reasons: [] };
}

function unsteadyBefore(
  { scenario }: LoadedScenario,
  findings: readonly ProbeFindings[],
  { faultsAt }: Moments,
): string[] {
  if (faultsAt.length === 0) return [];
  return findings.flatMap((found) => {
    const probe = scenario.probes.find(({ name }) => name === found.probe);
    return probe && !isSteady(found.before, probe)
      ? [`${found.probe} was not steady before the first fault`]
      : [];
  });
}
