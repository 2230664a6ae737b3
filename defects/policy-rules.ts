import type { KubernetesObject } from '@kubernetes/client-node';
import type { DefectLab } from '../lib/prove/defect.ts';
import { POLICY_NAMESPACE, VAULT } from '../lib/run/areas/policy.ts';
import { waitFor } from '../lib/support/kube.ts';
import { askProxy, forgotten } from './policy-proxy-view.ts';

/** Names one rule of the guarded server. */
export function policyRef(name: string) {
  return {
    apiVersion: 'security.istio.io/v1',
    kind: 'AuthorizationPolicy',
    metadata: { name, namespace: POLICY_NAMESPACE },
  };
}

/** The rules as the guarded server's proxy enforces them; Istio names each `ns[…]-policy[…]-rule[n]`. */
export function guardOf(lab: DefectLab, cluster: string): Promise<string> {
  const server = { cluster, namespace: POLICY_NAMESPACE, app: VAULT };
  return askProxy(lab, server, '/config_dump?resource=dynamic_listeners');
}

/** Envoy closes connections with the old rules after its drain time, 45 s in Istio. */
const DRAINED_MS = 90_000;

/**
 * Undoes what was changed and waits until the guarded server has no connection left with the rules of meanwhile: callers'
 * proxies keep connections, and each one that is idle serves a last call by the rules that it was made with.
 */
export async function healRules(lab: DefectLab): Promise<void> {
  const undone = await lab.changes.revert();
  if (undone.length === 0) return;
  const cluster = forgotten(lab);
  const server = { cluster, namespace: POLICY_NAMESPACE, app: VAULT };
  // The new rules take a moment to arrive; the drain begins with them.
  const began = Date.now();
  await waitFor(
    `${cluster}: the server's proxy has drained the rules of the defect`,
    async () => {
      const stats = await askProxy(lab, server, `/stats?filter=${DRAINING}`);
      const draining = Number(/: (\d+)/.exec(stats)?.[1] ?? Number.NaN);
      return draining === 0 && Date.now() - began > ARRIVAL_MS;
    },
    { timeoutMs: DRAINED_MS, everyMs: 2000 },
  );
}

const DRAINING = 'listener_manager.total_filter_chains_draining';
const ARRIVAL_MS = 5000;

interface WithRules {
  spec: {
    rules: {
      from?: { source: { principals?: string[] } }[];
      to?: { operation: { methods?: string[] } }[];
    }[];
  };
}

/** Edits one rule in the last cluster. */
export function bend(
  lab: DefectLab,
  name: string,
  change: (rule: WithRules['spec']['rules'][number]) => void,
): Promise<void> {
  return lab.changes.edit(forgotten(lab), policyRef(name), (object: KubernetesObject) => {
    for (const rule of (object as KubernetesObject & WithRules).spec.rules) change(rule);
    return object;
  });
}
