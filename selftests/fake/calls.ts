import type { CallPlan } from '../../lib/model/call-plan.ts';
import type { CertificateSeen } from '../../lib/model/observation.ts';
import type { CallResult } from '../../lib/probe/agent/call/outcome.ts';
import { MESH_NAMESPACE, OUTSIDE_NAMESPACE, TOLERANT_SERVICE } from '../../lib/run/workloads.ts';
import { isPlanted } from './defects.ts';
import { faultAt } from './faults.ts';
import type { FakePod, FakeWorld } from './world.ts';
import { guardedCall } from './guarded.ts';
import { httpCall } from './http.ts';
import { streamCall } from './streams.ts';
import { dnsCall } from './dns.ts';

/** How one call ends, and how long it takes. */
export type Ending = CallResult & { latencyMs: number };

/** One call that the fake world has to answer. */
export interface FakeCall {
  caller: FakePod;
  plan: CallPlan;
  /** Differs from plan to plan, so that samples are independent. */
  sample: number;
  sequence: number;
  at: number;
  /** What a TLS peer shows. */
  chain: CertificateSeen[];
}

/** What becomes of a call. Depends on nothing that happens after it has ended. */
export function endingOf(world: FakeWorld, call: FakeCall): Ending {
  const { deadlineMs } = call.plan;
  if (isPlanted('agent-starved') && call.caller.namespace !== OUTSIDE_NAMESPACE) {
    return { outcome: 'refused', detail: 'agent: EMFILE', agentFault: true, latencyMs: 0 };
  }
  const ending = answer(world, call);
  if (ending.latencyMs < deadlineMs) return ending;
  const outcome =
    ending.outcome === 'connect-timeout' || ending.outcome === 'dns-timeout' ? ending.outcome : 'deadline';
  return { outcome, latencyMs: deadlineMs };
}

function answer(world: FakeWorld, call: FakeCall): Ending {
  const { target } = call.plan;
  const guarded = guardedCall(world, call);
  if (guarded) return guarded;
  switch (target.protocol) {
    case 'http':
      return target.bodyBytes === undefined ? httpCall(world, call, target) : streamCall(world, call, target);
    case 'dns-udp':
    case 'dns-tcp':
      return dnsCall(world, call, target);
    case 'plaintext':
      return plaintextCall(world, target.host);
    case 'tls':
      if (target.request === true && target.clientCertificate === undefined)
        return streamCall(world, call, target);
      return isPlanted('no-certificate')
        ? { outcome: 'reset', detail: 'ECONNRESET', latencyMs: 2 }
        : { outcome: 'tls', detail: 'certificate required', chain: call.chain, latencyMs: 5 };
    case 'tcp-connect':
      return connectCall(world, call, target.host);
    case 'tcp':
    case 'http2':
    case 'grpc':
    case 'websocket':
    case 'udp':
      return streamCall(world, call, target);
  }
}

const SILENCE: Ending = { outcome: 'connect-timeout', latencyMs: Number.POSITIVE_INFINITY };

function plaintextCall(world: FakeWorld, host: string): Ending {
  const pod = world.pods.find(({ address, namespace }) => address === host && namespace === MESH_NAMESPACE);
  if (!pod) return SILENCE;
  const tolerant = pod.app === TOLERANT_SERVICE;
  if (isPlanted(tolerant ? 'control-deaf' : 'rejects-by-timeout')) return SILENCE;
  return tolerant || isPlanted('permissive')
    ? { outcome: 'ok', answeredBy: pod.place, latencyMs: 2 }
    : { outcome: 'reset', detail: 'ECONNRESET', latencyMs: 2 };
}

/** A bare connection: to a node, as the witness of a fault, or to itself. */
function connectCall(world: FakeWorld, { caller, at }: FakeCall, host: string): Ending {
  if (host === '127.0.0.1') return { outcome: 'ok', latencyMs: 1 };
  const cluster = world.lab.clusters.find(({ nodes }) => nodes.some(({ address }) => address === host));
  const node = cluster?.nodes.find(({ address }) => address === host);
  if (!cluster || !node) return SILENCE;
  const cut = faultAt(world, at, { from: caller.place.cluster, to: cluster.name, node: node.name });
  return cut && !isPlanted('witness-never-fails') ? SILENCE : { outcome: 'ok', latencyMs: 1 };
}
