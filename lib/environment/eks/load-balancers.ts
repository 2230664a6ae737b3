import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../../aws/eventually.ts';
import { errorMessage } from '../../support/errors.ts';
import { openKube } from '../../support/kube.ts';
import type { ProviderContext } from '../provider.ts';

/** A load balancer takes a minute or two to go. */
const GONE_WITHIN_MS = 300_000;

/**
 * Deletes the Services for which the clusters had the cloud make load balancers: no stack knows of these, and a VPC does not go
 * before them. A cluster that does not answer is left out with a warning; the check for residue finds what it leaves.
 */
export async function removeLoadBalancers({ stateDir, log, signal }: ProviderContext): Promise<void> {
  if (!existsSync(stateDir)) return;
  const files = readdirSync(stateDir).filter((file) => file.endsWith('.kubeconfig'));
  await Promise.all(
    files.map(async (file) => {
      const { core } = openKube(join(stateDir, file));
      const balanced = async () => {
        const { items } = await core.listServiceForAllNamespaces({ timeoutSeconds: 15 });
        return items.filter(({ spec }) => spec?.type === 'LoadBalancer');
      };
      try {
        for (const { metadata } of await balanced())
          await core.deleteNamespacedService({
            name: metadata?.name ?? '',
            namespace: metadata?.namespace ?? '',
          });
        await eventually(async () => ((await balanced()).length === 0 ? true : undefined), {
          what: `${file}: without load balancers`,
          signal,
          limitMs: GONE_WITHIN_MS,
        });
      } catch (error) {
        signal.throwIfAborted();
        log.warn(`${file}: its load balancers were not removed: ${errorMessage(error)}`);
      }
    }),
  );
}
