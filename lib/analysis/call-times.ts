import { mean } from 'simple-statistics';
import type { Recording } from '../model/call-plan.ts';
import {
  CALL_PARTS,
  type CallGroup,
  type CallPart,
  type PathClass,
  type PathTimes,
  type ProxyTimes,
} from '../model/call-time.ts';
import type { Observation, Place } from '../model/observation.ts';

interface TimedCall {
  totalMs: number;
  parts: Record<CallPart, number>;
  client: ProxyTimes;
}

/** The request header by which an agent's call and the proxies' times find each other. */
export const CALL_ID = 'x-request-id';

/**
 * Sets what both proxies say of each call beside what its caller saw, by path. Every part is a difference of two durations
 * that one clock measured each, so that no clocks are compared: the client's proxy is what it did not wait for its upstream, the
 * network what it waited without the server's proxy, and so on; they add up to the call. Calls that one of the proxies does
 * not tell of are counted and left out. A gateway that passes TLS through is part of the network.
 */
export function analyseCallTimes(recording: Recording, times: readonly ProxyTimes[]): PathTimes[] {
  const { caller, observations } = recording;
  const bySide = (side: ProxyTimes['side']) =>
    new Map(times.flatMap((one) => (one.side === side ? [[one.call, one] as const] : [])));
  const sides = { client: bySide('client'), server: bySide('server') };
  const answered = observations.filter(({ outcome, answeredBy }) => outcome === 'ok' && answeredBy);
  const paths = Map.groupBy(
    answered,
    ({ answeredBy }) => `${answeredBy?.cluster}|${pathClass(caller, answeredBy ?? caller)}`,
  );
  return [...paths.entries()]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .flatMap(([key, calls]): PathTimes[] => {
      const [cluster = '', kind] = key.split('|');
      const timed = calls.flatMap((call) => timedCall(call, sides) ?? []);
      return [
        {
          path: `${caller.cluster} to ${cluster}`,
          class: kind as PathClass,
          calls: timed.length,
          answered: calls.length,
          groups: groupsOf(timed),
          bytesSent: average(timed.map(({ client }) => client.bytesSent)),
          bytesReceived: average(timed.map(({ client }) => client.bytesReceived)),
        },
      ];
    });
}

function pathClass(from: Place, to: Place): PathClass {
  if (from.region !== to.region) return 'cross-region';
  if (from.zone !== to.zone) return 'cross-zone';
  return from.node === to.node ? 'same-node' : 'same-zone';
}

function timedCall(
  { sentAt, endedAt, headersSeen }: Observation,
  sides: Record<ProxyTimes['side'], ReadonlyMap<string, ProxyTimes>>,
): TimedCall | undefined {
  const id = headersSeen?.[CALL_ID] ?? '';
  const [client, server] = [sides.client.get(id), sides.server.get(id)];
  if (!client || !server) return undefined;
  const totalMs = endedAt - sentAt;
  return {
    totalMs,
    client,
    parts: {
      caller: totalMs - client.totalMs,
      'client proxy': client.totalMs - client.upstreamMs,
      network: client.upstreamMs - server.totalMs,
      'server proxy': server.totalMs - server.upstreamMs,
      application: server.upstreamMs,
    },
  };
}

function groupsOf(timed: readonly TimedCall[]): CallGroup[] {
  const sorted = timed.toSorted((a, b) => a.totalMs - b.totalMs);
  const cut = (from: number, to: number) =>
    sorted.slice(Math.floor(sorted.length * from), Math.ceil(sorted.length * to));
  const groups = { typical: cut(0.25, 0.75), slow: cut(0.95, 1) };
  return (['typical', 'slow'] as const).flatMap((group) => {
    const calls = groups[group];
    if (calls.length === 0) return [];
    const parts = CALL_PARTS.map((part) => [part, average(calls.map((call) => call.parts[part]))] as const);
    return [
      {
        group,
        calls: calls.length,
        totalMs: average(calls.map(({ totalMs }) => totalMs)),
        parts: Object.fromEntries(parts) as Record<CallPart, number>,
      },
    ];
  });
}

function average(values: readonly number[]): number {
  return values.length === 0 ? 0 : mean([...values]);
}
