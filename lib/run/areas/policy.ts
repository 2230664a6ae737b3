import type { KubernetesObject } from '@kubernetes/client-node';
import type { AccessPolicy, Identity } from '../../model/access.ts';
import { AGENT_PORTS } from '../../probe/wire.ts';
import { agentWorkload } from '../agent-objects.ts';
import type { Area } from '../area.ts';
import {
  MESH_CALLER,
  MESH_NAMESPACE,
  OUTSIDE_NAMESPACE,
  serviceObject,
  SHARED_SERVICE,
} from '../workloads.ts';

/** Namespace in which nothing is reached unless a rule allows it. */
export const POLICY_NAMESPACE = 'meshproof-policy';
/** The guarded server, one pod a cluster. */
export const VAULT = 'vault';
/** A caller beside the vault, whom no rule names. */
export const INTRUDER = 'intruder';
/** A pod outside the mesh that a NetworkPolicy closes, save for its TCP port. */
export const FENCED = 'fenced';

/** Callers of the vault: one that rules name, one beside it with another identity, and one of another namespace. */
export const VAULT_CALLERS: Record<string, Identity> = {
  [MESH_CALLER]: { namespace: MESH_NAMESPACE, account: MESH_CALLER },
  [SHARED_SERVICE]: { namespace: MESH_NAMESPACE, account: SHARED_SERVICE },
  [INTRUDER]: { namespace: POLICY_NAMESPACE, account: INTRUDER },
};

/** A request of any caller that is allowed: the control of every denial. */
export const OPEN_REQUEST = 'GET /open/control';

const web = [AGENT_PORTS.http];

/** What may reach the vault, the same in every cluster. */
export const VAULT_POLICY: AccessPolicy = {
  namespace: POLICY_NAMESPACE,
  workload: VAULT,
  defaultDeny: true,
  rules: [
    {
      name: 'allow-identity',
      action: 'allow',
      identities: [{ namespace: MESH_NAMESPACE, account: MESH_CALLER }],
      paths: ['/by-identity'],
      ports: web,
    },
    {
      name: 'allow-namespace',
      action: 'allow',
      namespaces: [MESH_NAMESPACE],
      paths: ['/by-namespace', '/by-namespace/*'],
      ports: web,
    },
    { name: 'allow-method', action: 'allow', methods: ['GET'], paths: ['/by-method'], ports: web },
    { name: 'allow-path', action: 'allow', paths: ['/open/*'], ports: [...web, AGENT_PORTS.http2] },
    { name: 'allow-port', action: 'allow', namespaces: [MESH_NAMESPACE], ports: [AGENT_PORTS.tcp] },
    {
      name: 'deny-identity',
      action: 'deny',
      identities: [{ namespace: MESH_NAMESPACE, account: MESH_CALLER }],
      paths: ['/by-namespace/forbidden'],
      ports: web,
    },
    {
      name: 'deny-namespace',
      action: 'deny',
      namespaces: [MESH_NAMESPACE],
      paths: ['/open/inside'],
      ports: web,
    },
    { name: 'deny-method', action: 'deny', methods: ['POST'], paths: ['/open/read-only'], ports: web },
    { name: 'deny-port', action: 'deny', paths: ['/open/*'], ports: [AGENT_PORTS.http2] },
  ],
};

/** Every request that the segmentation matrix asks of every vault. */
export const VAULT_REQUESTS = [
  'GET /by-identity',
  'GET /by-namespace',
  'GET /by-namespace/forbidden',
  'GET /by-method',
  'POST /by-method',
  OPEN_REQUEST,
  'GET /open/inside',
  'POST /open/read-only',
  'GET /elsewhere',
  'GET :8081/by-identity',
  'GET :8081/open/control',
  'TCP :9090',
] as const;

/** Name of the service that only this cluster's vault is behind. */
export function vaultIn(cluster: string): string {
  return `${VAULT}-${cluster}`;
}

const IN_CLUSTER = 'meshproof.dev/in-cluster';

/** A guarded server and an intruder in every cluster with the policy between them, and a fenced pod outside. */
export const policyArea: Area = {
  namespaces: ({ driver }) => ({ [POLICY_NAMESPACE]: driver.namespaceLabels }),
  objects: (context) => {
    const { driver, environment, cluster, clusters } = context;
    const labels = { [IN_CLUSTER]: cluster.name };
    return [
      ...(driver.authorization?.objects(environment, VAULT_POLICY) ?? []),
      fence(),
      ...clusters.map(({ name }) =>
        serviceObject(
          vaultIn(name),
          POLICY_NAMESPACE,
          { app: VAULT, [IN_CLUSTER]: name },
          { ports: ['http', 'http2', 'tcp'] },
        ),
      ),
      ...agentWorkload({ name: VAULT, namespace: POLICY_NAMESPACE, labels, serverOnly: true }, context),
      ...agentWorkload({ name: INTRUDER, namespace: POLICY_NAMESPACE }, context),
      ...agentWorkload({ name: FENCED, namespace: OUTSIDE_NAMESPACE }, context),
    ];
  },
};

/** Closes the fenced pod, but for its TCP port: what still answers there shows that the pod is alive. */
function fence(): KubernetesObject {
  const spec = {
    podSelector: { matchLabels: { app: FENCED } },
    policyTypes: ['Ingress'],
    ingress: [{ ports: [{ port: AGENT_PORTS.tcp, protocol: 'TCP' }] }],
  };
  const kind = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' };
  return { ...kind, metadata: { name: FENCED, namespace: OUTSIDE_NAMESPACE }, spec } as KubernetesObject;
}
