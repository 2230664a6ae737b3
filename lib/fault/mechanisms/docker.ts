import type { FaultPlan, FaultTarget } from '../../model/fault.ts';
import { MeshproofError } from '../../support/errors.ts';
import { exec, tryExec } from '../../support/exec.ts';
import { waitFor } from '../../support/kube.ts';
import { armWatchdog, disarmWatchdog } from '../watchdog-control.ts';
import type { Mechanism } from '../mechanism.ts';

/**
 * Kills and starts the containers that are kind's nodes: SIGKILL to everything in them is a power loss as
 * far as the cluster can see. The dead-man is a detached watchdog process, since the node itself is gone.
 */
export const dockerNodes: Mechanism = {
  arm: (plan) => armWatchdog(plan),
  async inject(plan) {
    await Promise.all(
      plan.targets.map((target) => docker(plan, ['kill', '--signal', 'KILL', target.container])),
    );
  },
  async proveEffect(plan) {
    for (const target of plan.targets) {
      if (await isRunning(plan, target)) {
        throw new MeshproofError('inconclusive', `${target.node} still runs after docker kill`);
      }
    }
    return `container stopped: ${plan.targets.map(({ container }) => container).join(', ')}`;
  },
  async revert(plan) {
    await Promise.all(plan.targets.map((target) => docker(plan, ['start', target.container])));
  },
  async proveRevert(plan) {
    for (const target of plan.targets) {
      await waitFor(
        `${target.node}: container and kubelet run again`,
        async () => {
          if (!(await isRunning(plan, target))) return false;
          const kubelet = await tryExec(
            'docker',
            ['exec', target.container, 'systemctl', 'is-active', 'kubelet'],
            envOf(plan),
          );
          return kubelet.exitCode === 0;
        },
        { timeoutMs: 60_000, nextStep: `docker start ${target.container}; docker logs ${target.container}` },
      );
    }
    return `container and kubelet run: ${plan.targets.map(({ container }) => container).join(', ')}`;
  },
  disarm: (plan) => disarmWatchdog(plan),
};

async function isRunning(plan: FaultPlan, target: FaultTarget): Promise<boolean> {
  const { stdout } = await docker(plan, ['inspect', '--format', '{{.State.Running}}', target.container]);
  return stdout.trim() === 'true';
}

function docker(plan: FaultPlan, args: string[]) {
  return exec('docker', args, { ...envOf(plan), timeout: 30_000 });
}

function envOf({ dockerHost }: Pick<FaultPlan, 'dockerHost'>) {
  return { env: { DOCKER_HOST: dockerHost } };
}
