import type { Scalable } from '../../model/fault.ts';
import type { FaultPlan } from '../../model/fault-plan.ts';
import { MeshproofError } from '../../support/errors.ts';
import { waitFor } from '../../support/kube.ts';
import type { Mechanism } from '../mechanism.ts';
import { armTimers, disarmTimers } from './dead-man.ts';
import { inNode, inNodeInTime, tryInNode } from './in-node.ts';
import { controlPlaneOf, KUBECTL, kubectlJson } from './kubectl.ts';
import { undoCommand, undoFile, undoOnce, writeUndoScript } from './undo-file.ts';

/** The Deployment of each program, and the label `app` (or `k8s-app`) of its pods. */
export const DEPLOYMENTS: Record<Scalable, { namespace: string; name: string; selector: string }> = {
  istiod: { namespace: 'istio-system', name: 'istiod', selector: 'app=istiod' },
  gateway: {
    namespace: 'istio-system',
    name: 'istio-eastwestgateway',
    selector: 'app=istio-eastwestgateway',
  },
  coredns: { namespace: 'kube-system', name: 'coredns', selector: 'k8s-app=kube-dns' },
};

interface Deployment {
  spec: { replicas: number };
  status: { replicas?: number; readyReplicas?: number };
}

/**
 * Scales a Deployment to nothing and back to what it was. How many there were is in the undo script in the control-plane
 * node, which the dead-man there runs: it needs no process of ours, and waits for an API server that is away.
 */
export const scale: Mechanism = {
  async arm(plan) {
    const { namespace, name } = deploymentOf(plan);
    const { spec } = await read(plan);
    if (spec.replicas === 0)
      throw new MeshproofError('inconclusive', `${namespace}/${name} has no copies already`);
    const undo = [
      ...KUBECTL,
      '--namespace',
      namespace,
      'scale',
      `deployment/${name}`,
      `--replicas=${spec.replicas}`,
    ];
    // Armed first: what it finds no script of is done.
    const armed = await armTimers(plan, undoCommand(plan));
    await inNodeInTime(plan, controlPlaneOf(plan), ['sh', '-s'], writeUndoScript(plan, undo.join(' ')));
    return armed;
  },
  async inject(plan) {
    const { namespace, name } = deploymentOf(plan);
    const down = ['--namespace', namespace, 'scale', `deployment/${name}`, '--replicas=0'];
    await inNodeInTime(plan, controlPlaneOf(plan), [...KUBECTL, ...down]);
  },
  async proveEffect(plan) {
    const { namespace, name, selector } = deploymentOf(plan);
    await waitFor(
      `${namespace}/${name} has no pod left`,
      async () => {
        const pods = await kubectlJson<{ items: object[] }>(plan, [
          'get',
          'pods',
          '--namespace',
          namespace,
          '--selector',
          selector,
        ]);
        return pods.items.length === 0;
      },
      { timeoutMs: 60_000, everyMs: 500 },
    ).catch((error: unknown) => {
      throw new MeshproofError('inconclusive', `${namespace}/${name} still has pods after 60 s`, {
        cause: error,
      });
    });
    return `no pod of ${namespace}/${name} is left`;
  },
  async revert(plan) {
    await inNode(plan, controlPlaneOf(plan), ['sh', '-c', undoOnce(plan)]);
  },
  async proveRevert(plan) {
    const { namespace, name } = deploymentOf(plan);
    const there = await tryInNode(plan, controlPlaneOf(plan), ['test', '-e', undoFile(plan)]);
    if (there.exitCode === 0)
      throw new MeshproofError('environment', `${namespace}/${name} was not scaled back`);
    return waitFor(
      `${namespace}/${name} has its copies again, ready`,
      async () => {
        const { spec, status } = await read(plan);
        const ready = status.readyReplicas ?? 0;
        return spec.replicas > 0 && ready >= spec.replicas
          ? `${ready} of ${spec.replicas} copies of ${namespace}/${name} are ready`
          : undefined;
      },
      { timeoutMs: 180_000, everyMs: 500, nextStep: 'meshproof sweep' },
    );
  },
  disarm: disarmTimers,
};

function deploymentOf({ spec }: FaultPlan) {
  if (spec.kind === 'workload-outage') return DEPLOYMENTS[spec.program];
  throw new MeshproofError('bug', `${spec.kind} scales nothing`);
}

function read(plan: FaultPlan): Promise<Deployment> {
  const { namespace, name } = deploymentOf(plan);
  return kubectlJson<Deployment>(plan, ['--namespace', namespace, 'get', `deployment/${name}`]);
}
