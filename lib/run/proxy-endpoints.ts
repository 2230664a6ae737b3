import type { HeldEndpoint, Membership } from '../mesh/contracts.ts';
import { forwardPort } from '../probe/port-forward.ts';
import { MeshproofError } from '../support/errors.ts';
import type { Kube } from '../support/kube.ts';

/** Endpoints as the proxy of a pod holds them itself, over a port-forward. An `environment` error when it does not answer. */
export async function readProxyEndpoints(
  kube: Kube,
  { namespace, pod }: { namespace: string; pod: string },
  { port, path, parse }: Membership['proxyEndpoints'],
): Promise<HeldEndpoint[]> {
  const channel = await forwardPort(kube, namespace, pod, port);
  try {
    const url = `http://${channel.host}:${channel.port}${path}`;
    const answer = await fetch(url, {
      signal: AbortSignal.timeout(20_000),
      headers: { connection: 'close' },
    });
    if (answer.ok) return parse(await answer.text());
    throw new Error(`HTTP ${answer.status}`);
  } catch (cause) {
    const why = channel.trouble?.() ?? '';
    throw new MeshproofError(
      'environment',
      `the proxy of ${namespace}/${pod} does not show its endpoints ${why}`.trim(),
      {
        cause,
      },
    );
  } finally {
    await channel.close();
  }
}
