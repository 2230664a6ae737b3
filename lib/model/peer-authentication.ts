/** What a workload takes from a client: mutual TLS only, plaintext too, or plaintext only. */
export type PeerMode = 'strict' | 'permissive' | 'disabled';

/** What one namespace demands of clients. */
export interface PeerPolicy {
  namespace: string;
  /** For all its workloads; the mesh's own mode when left out. */
  mode?: PeerMode;
  /** By the workload's `app` label; `ports` are those of the pod. */
  workloads?: Record<string, { mode?: PeerMode; ports?: Record<number, PeerMode> }>;
}

/** Which policy decided, from the narrowest to the widest. */
export type PeerLevel = 'port' | 'workload' | 'namespace' | 'mesh';

/** What a port of a workload must demand: the narrowest policy that says anything about it decides. */
export function peerMode(
  mesh: PeerMode,
  policies: readonly PeerPolicy[],
  { namespace, app, port }: { namespace: string; app: string; port: number },
): { mode: PeerMode; level: PeerLevel } {
  const here = policies.filter((policy) => policy.namespace === namespace);
  const of = here.map(({ workloads = {} }) => workloads[app]);
  const steps: [PeerLevel, (PeerMode | undefined)[]][] = [
    ['port', of.map((one) => one?.ports?.[port])],
    ['workload', of.map((one) => one?.mode)],
    ['namespace', here.map((policy) => policy.mode)],
  ];
  for (const [level, modes] of steps) {
    const mode = modes.find((one) => one !== undefined);
    if (mode !== undefined) return { mode, level };
  }
  return { mode: mesh, level: 'mesh' };
}
