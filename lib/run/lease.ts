import { hostname } from 'node:os';
import { readFileSync } from 'node:fs';
import { type V1Lease, V1MicroTime } from '@kubernetes/client-node';
import type { Lab } from '../model/lab.ts';
import { MeshproofError } from '../support/errors.ts';
import { type Kube, apply, ignoreMissing, isStatus, openKube } from '../support/kube.ts';
import { SYSTEM_NAMESPACE } from '../support/node-job.ts';

const NAME = 'environment';
const DURATION_SECONDS = 30;

/** The right to use an environment alone, until disposed. */
export interface EnvironmentLease extends AsyncDisposable {
  holder: string;
}

/** Who holds a lease: enough to see from the same machine whether the holder still lives. */
export interface Holder {
  host: string;
  pid: number;
  /** Start time of the process in clock ticks since boot: pids are used again. */
  started: string;
  run: string;
}

/**
 * Takes the environment's Kubernetes Lease and renews it every 10 s. Refused with an `environment` error while
 * another run holds it; taken over when that holder's time is up or its process is gone from this machine.
 */
export async function acquireLease(lab: Lab, run: string): Promise<EnvironmentLease> {
  const [first] = lab.clusters;
  if (!first) throw new MeshproofError('bug', 'a lab without clusters');
  const kube = openKube(first.kubeconfig);
  await apply(kube, [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: SYSTEM_NAMESPACE } }]);
  const holder = formatHolder({
    host: hostname(),
    pid: process.pid,
    started: startOf(process.pid) ?? '',
    run,
  });
  await take(kube, holder, lab.environment.name);
  const renewal = setInterval(() => void renew(kube, holder).catch(() => undefined), 10_000);
  renewal.unref();
  return {
    holder,
    async [Symbol.asyncDispose]() {
      clearInterval(renewal);
      const current = await read(kube);
      if (current?.spec?.holderIdentity === holder) {
        await ignoreMissing(
          kube.coordination.deleteNamespacedLease({ namespace: SYSTEM_NAMESPACE, name: NAME }),
        );
      }
    },
  };
}

/** Refuses with an `environment` error while a run holds the environment; a lab that does not answer is held by nobody. */
export async function refuseWhileLeased(lab: Lab): Promise<void> {
  const [first] = lab.clusters;
  const current = first && (await read(openKube(first.kubeconfig)).catch(() => undefined));
  refuseIfOccupied(current, lab.environment.name);
}

function refuseIfOccupied(lease: V1Lease | undefined, environment: string): void {
  const occupied = lease && whyOccupied(lease, Date.now(), processLives);
  if (occupied) {
    throw new MeshproofError('environment', `the environment ${environment} is in use: ${occupied}`, {
      nextStep: 'wait for that run to end, or use another environment; a dead holder is taken over by itself',
    });
  }
}

async function take(kube: Kube, holder: string, environment: string): Promise<void> {
  const current = await read(kube);
  refuseIfOccupied(current, environment);
  const lease: V1Lease = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name: NAME,
      namespace: SYSTEM_NAMESPACE,
      ...(current?.metadata?.resourceVersion ? { resourceVersion: current.metadata.resourceVersion } : {}),
    },
    spec: {
      holderIdentity: holder,
      leaseDurationSeconds: DURATION_SECONDS,
      acquireTime: now(),
      renewTime: now(),
    },
  };
  try {
    if (current)
      await kube.coordination.replaceNamespacedLease({
        namespace: SYSTEM_NAMESPACE,
        name: NAME,
        body: lease,
      });
    else await kube.coordination.createNamespacedLease({ namespace: SYSTEM_NAMESPACE, body: lease });
  } catch (error) {
    if (!isStatus(error, 409)) throw error;
    throw new MeshproofError(
      'environment',
      `the environment ${environment} is in use: another run took it just now`,
      {
        nextStep: 'wait for that run to end',
      },
    );
  }
}

async function renew(kube: Kube, holder: string): Promise<void> {
  const current = await read(kube);
  if (current?.spec?.holderIdentity !== holder) return;
  current.spec.renewTime = now();
  await kube.coordination.replaceNamespacedLease({ namespace: SYSTEM_NAMESPACE, name: NAME, body: current });
}

/** Why a lease must be respected, in words; undefined when it may be taken over. Pure. */
export function whyOccupied(
  lease: V1Lease,
  nowMs: number,
  lives: (holder: Holder) => boolean | undefined,
): string | undefined {
  const identity = lease.spec?.holderIdentity;
  if (!identity) return undefined;
  const renewed = lease.spec?.renewTime ? new Date(lease.spec.renewTime).getTime() : 0;
  const ends = renewed + (lease.spec?.leaseDurationSeconds ?? 0) * 1000;
  if (ends <= nowMs) return undefined;
  const holder = parseHolder(identity);
  // Undefined means: on another machine, where we cannot look; then only time tells.
  if (holder && lives(holder) === false) return undefined;
  const who = holder ? `run ${holder.run} (process ${holder.pid} on ${holder.host})` : identity;
  return `${who} holds it for ${Math.ceil((ends - nowMs) / 1000)} s more unless renewed`;
}

/** The holder's identity as it stands in the Lease. */
export function formatHolder({ host, pid, started, run }: Holder): string {
  return [host, pid, started, run].join('/');
}

/** The reverse of {@link formatHolder}; undefined for a holder that is not a run of Meshproof. */
export function parseHolder(identity: string): Holder | undefined {
  const [host, pid, started, run] = identity.split('/');
  if (!host || !pid || started === undefined || !run) return undefined;
  return { host, pid: Number(pid), started, run };
}

function processLives(holder: Holder): boolean | undefined {
  return holder.host === hostname() ? startOf(holder.pid) === holder.started : undefined;
}

/** Field 22 of /proc/PID/stat, counted after the command in parentheses, which may hold spaces. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function read(kube: Kube): Promise<V1Lease | undefined> {
  return ignoreMissing(kube.coordination.readNamespacedLease({ namespace: SYSTEM_NAMESPACE, name: NAME }));
}

function now(): V1MicroTime {
  return new V1MicroTime();
}
