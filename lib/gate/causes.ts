import { homeOf } from '../analysis/address-home.ts';
import type { DroppedCall } from '../model/gate.ts';
import type { LabCluster } from '../model/lab.ts';
import type { Observation } from '../model/observation.ts';
import type { PodWait, SaidLine, UpgradeRecord } from '../model/upgrade-record.ts';
import { endWords, type Life, livesOf, podKey, span, takesCalls } from './lives.ts';
import { waitWords } from './waits.ts';

/** A call that was lost; times are milliseconds since the epoch, on the watcher's clock. */
export interface LostCall
  extends Pick<Observation, 'outcome' | 'detail' | 'responseFlags' | 'agentFault' | 'heldUp'> {
  sentAt: number;
  endedAt: number;
  caller: { cluster: string; pod: string };
  /** Name of the service that was called, without its namespace. */
  service: string;
  port: number;
}

/** What is known of the time in which calls were lost. */
export interface LossEvidence {
  record: UpgradeRecord;
  clusters: readonly Pick<LabCluster, 'name' | 'podCidr' | 'nodes'>[];
  /** The clocks of a caller and of its proxy's node are no further apart than that, milliseconds. */
  slackMs: number;
}

type Cause = DroppedCall['cause'];

/** The container of our own program. */
const AGENT = 'agent';
/** What ended longer ago than that is no cause of a loss: every proxy has long been told. */
const LINGERS_MS = 30_000;
/** So long an end may take to come to all proxies before they are to blame for calls that they still send. */
const TOLD_WITHIN_MS = 1000;

/** Makes of evidence what attributes one lost call after the other; pure. */
export function attributor({ record, clusters, slackMs }: LossEvidence): (lost: LostCall) => Cause {
  const lives = livesOf(record.events);
  const known = { lives, lines: record.lines, waits: record.waits, clusters, slackMs };
  return (lost) => {
    const cause = attribute(lost, known);
    const waiting = cause.by === 'unknown' ? waitingOf(lost, known) : undefined;
    return waiting === undefined ? cause : { by: 'machine', words: `${cause.words}; ${waiting}` };
  };
}

interface Known {
  lives: readonly Life[];
  lines: readonly SaidLine[];
  waits: readonly PodWait[];
  clusters: LossEvidence['clusters'];
  slackMs: number;
}

/**
 * Why a call was lost. The mesh is named only where a proxy said how it ended, and something that ended or was missing says
 * why; our own workload (`harness`) where it left callers nobody to answer. What merely happened at the same time is told, and
 * leaves the cause unknown.
 */
function attribute(lost: LostCall, known: Known): Cause {
  const seen = [lost.detail, lost.responseFlags].filter(Boolean).join(', ') || lost.outcome;
  if (lost.agentFault === true || lost.heldUp === true) return { by: 'machine', words: seen };
  const caller = known.lives.find(
    ({ cluster, pod }) => cluster === lost.caller.cluster && pod === lost.caller.pod,
  );
  if (caller?.endingAt !== undefined && caller.endingAt <= lost.endedAt)
    return { by: 'harness', words: `${seen}: our own caller ${endWords(caller, lost.endedAt)}` };
  const line = lineOf(lost, known);
  if (!line) return unknown(lost, `${seen}; no proxy logged it`, known);
  const said = sayingOf(line, known);
  switch (line.kind) {
    case 'certificate':
    case 'limit':
      return { by: 'mesh', words: said };
    case 'no-configuration':
      return { by: 'mesh', words: `${said}${controlPlaneWords(lost, known)}` };
    case 'no-endpoint':
      return noEndpoint(lost, said, known);
    case 'connection':
    case 'time':
    case 'caller':
    case 'passed-on':
      return brokenOff(lost, line, said, known);
  }
}

/** What the caller's proxy logged of it: the line whose times are nearest. */
function lineOf(
  { caller, service, port, sentAt, endedAt }: LostCall,
  { lines, slackMs }: Known,
): SaidLine | undefined {
  const far = (line: SaidLine) => Math.abs(line.startedAt - sentAt) + Math.abs(line.endedAt - endedAt);
  return lines
    .filter(
      (line) =>
        line.side === 'client' &&
        line.cluster === caller.cluster &&
        line.pod === caller.pod &&
        line.service.split('.')[0] === service &&
        (line.port === 0 || line.port === port) &&
        line.startedAt >= sentAt - slackMs &&
        line.startedAt <= endedAt + slackMs,
    )
    .toSorted((a, b) => far(a) - far(b))[0];
}

function sayingOf({ words, code, upstream }: SaidLine, { lives, clusters }: Known): string {
  const [address = ''] = upstream.split(':');
  const pod = lives.findLast((life) => life.address === address && address !== '');
  const home = homeOf(address, clusters);
  const place = pod
    ? `${pod.pod}, ${upstream}`
    : home === undefined
      ? upstream
      : `${home}'s gateway, ${upstream}`;
  return `${words}${code === '' ? '' : ` (${code})`}${upstream === '' ? '' : ` at ${place}`}`;
}

/** Nobody to send it to: the mesh's doing where a pod had taken calls long enough for every proxy to know. */
function noEndpoint(lost: LostCall, said: string, { lives }: Known): Cause {
  const gap = gapWords(lost, lives);
  if (gap !== undefined) return { by: 'harness', words: `${said}: ${gap}` };
  const ready = podsOf(lost, lives).find((life) => takesCalls(life, lost.sentAt));
  if (!ready) return { by: 'unknown', words: `${said}; no pod of ${lost.service} was seen to end` };
  const since = ready.turns.findLast(({ at }) => at <= lost.sentAt)?.at ?? lost.sentAt;
  return {
    by: 'mesh',
    words: `${said}, though ${ready.pod} in ${ready.cluster} had been ready for ${span(lost.sentAt - since)}`,
  };
}

/** Says that our own service had no pod that took calls, just then or so shortly before that no proxy need know of the next. */
function gapWords(lost: LostCall, lives: readonly Life[]): string | undefined {
  const own = podsOf(lost, lives);
  const without = [lost.sentAt, lost.sentAt - TOLD_WITHIN_MS].find(
    (at) => !own.some((life) => takesCalls(life, at)),
  );
  const ended = lastEnded(own, lost.endedAt);
  if (without === undefined || !ended) return undefined;
  const when = without === lost.sentAt ? '' : `until less than ${span(TOLD_WITHIN_MS)} before `;
  return `no pod of our own ${lost.service} took calls ${when}(${endWords(ended, lost.sentAt)})`;
}

function podsOf({ service }: LostCall, lives: readonly Life[]): Life[] {
  return lives.filter(({ role, app }) => role === 'workload' && app === service);
}

/** A connection or an answer that broke off: by whoever on its way was ending. */
function brokenOff(lost: LostCall, line: SaidLine, said: string, known: Known): Cause {
  const [address = ''] = line.upstream.split(':');
  const there = known.lives.filter((life) => life.address === address && address !== '');
  const home = homeOf(address, known.clusters);
  // Behind a gateway, whose address is a node's, are the pods of its cluster; behind nothing, those of all.
  const onTheWay =
    there.length > 0
      ? there
      : known.lives.filter(
          ({ cluster, role, app }) =>
            (home === undefined || cluster === home) &&
            (role === 'gateway' || (role === 'workload' && app === lost.service)),
        );
  const server = serverLine(line, known.lines);
  if (server) {
    const answering = known.lives.find(
      ({ cluster, pod }) => cluster === server.cluster && pod === server.pod,
    );
    if (answering?.endingAt !== undefined && answering.endingAt <= lost.endedAt)
      return {
        by: 'harness',
        words: `${said}: its proxy could not reach our own server (${server.words}), since ${endWords(answering, lost.endedAt)}`,
      };
  }
  const gap = gapWords(lost, known.lives);
  if (gap !== undefined) return { by: 'harness', words: `${said}: ${gap}` };
  const ended = lastEnded(onTheWay, lost.endedAt);
  if (!ended) return unknown(lost, `${said}; nothing on its way was ending`, known);
  const words = `${said}: ${endWords(ended, lost.endedAt)}`;
  const renewal = podKey(ended);
  if (ended.role === 'gateway')
    return { by: 'mesh', renewal, words: `${words}: the gateway ended before the call did` };
  const { unlistedAt = Infinity, stopped } = ended;
  if (lost.sentAt > unlistedAt + TOLD_WITHIN_MS)
    return { by: 'mesh', renewal, words: `${words}: the caller's proxy still sent to it` };
  const agentStopped = stopped[AGENT] ?? ended.goneAt ?? Infinity;
  if (agentStopped <= lost.endedAt)
    return {
      by: 'harness',
      words: `${words}: our own server had ended ${span(lost.endedAt - agentStopped)} before, sooner than its callers could know`,
    };
  return {
    by: 'mesh',
    renewal,
    words: `${words}: the proxies did not let it drain, for our own server still ran`,
  };
}

/** How long the pods on a call's way waited for a processor, in words, where that explains the loss. */
function waitingOf(lost: LostCall, known: Known): string | undefined {
  const line = lineOf(lost, known);
  const server = line && serverLine(line, known.lines);
  const [address = ''] = line?.upstream.split(':') ?? [];
  const there = podsOf(lost, known.lives).filter((life) => life.address === address);
  // Behind a gateway, and where nobody said, any of the service's pods may have had it.
  const servers = server ? [server] : there.length > 0 ? there : podsOf(lost, known.lives);
  return waitWords(known.waits, { ...lost, slackMs: known.slackMs, pods: [[lost.caller], servers] });
}

/** The same request at the server's proxy. */
function serverLine({ requestId }: SaidLine, lines: readonly SaidLine[]): SaidLine | undefined {
  return lines.find((line) => line.side === 'server' && requestId !== '' && line.requestId === requestId);
}

/** The one that was told to end last, of those that were by then and not long ago. */
function lastEnded(lives: readonly Life[], at: number): Life | undefined {
  return lives
    .filter(({ endingAt = Infinity, goneAt = Infinity }) => endingAt <= at && at - goneAt <= LINGERS_MS)
    .toSorted((a, b) => (a.endingAt ?? 0) - (b.endingAt ?? 0))
    .at(-1);
}

function controlPlaneWords({ sentAt, caller }: LostCall, { lives }: Known): string {
  const own = lives.filter(({ role, cluster }) => role === 'control-plane' && cluster === caller.cluster);
  if (own.length === 0 || own.some((life) => takesCalls(life, sentAt))) return '';
  return `, while no control plane of ${caller.cluster} was ready`;
}

/** Says what went on at the same time, for a person to judge. */
function unknown(lost: LostCall, words: string, known: Known): Cause {
  const ended = lastEnded(
    known.lives.filter(({ role, app }) => role === 'gateway' || app === lost.service),
    lost.endedAt,
  );
  const meanwhile = ended ? `; ${endWords(ended, lost.endedAt)}` : '';
  return { by: 'unknown', words: `${words}${meanwhile}${controlPlaneWords(lost, known)}` };
}
