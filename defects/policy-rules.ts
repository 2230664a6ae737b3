import type { KubernetesObject } from '@kubernetes/client-node';
import type { DefectLab } from '../lib/prove/defect.ts';
import { healDrained } from '../lib/prove/proxy-view.ts';
import { POLICY_NAMESPACE, VAULT } from '../lib/run/areas/policy.ts';
import { lastCluster } from '../lib/prove/clusters.ts';
import { proxySays } from '../lib/prove/proxy-view.ts';

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
  return proxySays(lab, server, '/config_dump?resource=dynamic_listeners');
}

/** Undoes what was changed and waits until the guarded server has no connection left with the rules of meanwhile. */
export function healRules(lab: DefectLab): Promise<void> {
  return healDrained(lab, { cluster: lastCluster(lab), namespace: POLICY_NAMESPACE, app: VAULT });
}

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
  return lab.changes.edit(lastCluster(lab), policyRef(name), (object: KubernetesObject) => {
    for (const rule of (object as KubernetesObject & WithRules).spec.rules) change(rule);
    return object;
  });
}
