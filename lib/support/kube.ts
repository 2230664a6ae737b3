import { readFileSync } from 'node:fs';
import {
  ApiException,
  AppsV1Api,
  BatchV1Api,
  CoordinationV1Api,
  CoreV1Api,
  CustomObjectsApi,
  DiscoveryV1Api,
  KubeConfig,
  type KubernetesObject,
  KubernetesObjectApi,
  PatchStrategy,
  type RequestContext,
} from '@kubernetes/client-node';
import { MeshproofError } from './errors.ts';

/** One cluster's API, with a KubeConfig of its own: client-node caches credentials by user name. */
export interface Kube {
  config: KubeConfig;
  core: CoreV1Api;
  apps: AppsV1Api;
  batch: BatchV1Api;
  coordination: CoordinationV1Api;
  custom: CustomObjectsApi;
  discovery: DiscoveryV1Api;
  objects: KubernetesObjectApi;
}

/** client-node 2.0 makes a pool of connections for each request: a TLS handshake each, which two cores feel. This keeps one. */
class PooledKubeConfig extends KubeConfig {
  #pool: ReturnType<RequestContext['getDispatcher']>;

  override async applySecurityAuthentication(context: RequestContext): Promise<void> {
    await super.applySecurityAuthentication(context);
    this.#pool ??= context.getDispatcher();
    if (this.#pool) context.setDispatcher(this.#pool);
  }
}

const opened = new Map<string, Kube>();

/**
 * Opens the cluster that a kubeconfig file of one context describes; calls nothing yet. Who opens what another has opened in
 * this process gets the same: a second one would connect anew, and ask anew what types there are.
 */
export function openKube(kubeconfig: string): Kube {
  const content = readFileSync(kubeconfig, 'utf8');
  const known = opened.get(content) ?? newKube(content);
  opened.set(content, known);
  return known;
}

function newKube(content: string): Kube {
  const config = new PooledKubeConfig();
  config.loadFromString(content);
  return {
    config,
    core: config.makeApiClient(CoreV1Api),
    apps: config.makeApiClient(AppsV1Api),
    batch: config.makeApiClient(BatchV1Api),
    coordination: config.makeApiClient(CoordinationV1Api),
    custom: config.makeApiClient(CustomObjectsApi),
    discovery: config.makeApiClient(DiscoveryV1Api),
    objects: KubernetesObjectApi.makeApiClient(config),
  };
}

/** Creates or updates objects by server-side apply, as field manager `meshproof`, in the order given. */
export async function apply(kube: Kube, objects: readonly KubernetesObject[]): Promise<void> {
  for (const object of objects) {
    await kube.objects.patch(object, undefined, undefined, 'meshproof', true, PatchStrategy.ServerSideApply);
  }
}

/** Deletes objects; those that are gone already are no error. */
export async function remove(kube: Kube, objects: readonly KubernetesObject[]): Promise<void> {
  for (const object of objects) await ignoreMissing(kube.objects.delete(object));
}

/** Undefined when the API answers 404. */
export async function ignoreMissing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isStatus(error, 404)) return undefined;
    throw error;
  }
}

/** True when the API refused with this HTTP status. */
export function isStatus(error: unknown, code: number): boolean {
  return error instanceof ApiException && error.code === code;
}

/** What `sinceSeconds` of a log takes for a time, milliseconds since the epoch: whole seconds, one at least. */
export function secondsSince(time: number): number {
  return Math.max(1, Math.ceil((Date.now() - time) / 1000));
}

/**
 * Polls until `probe` gives a value, and gives it back. Errors of the probe count as "not yet". After
 * `timeoutMs` throws an `environment` error that says what was waited for and what was seen last.
 */
export async function waitFor<T>(
  what: string,
  probe: () => Promise<T | undefined | false>,
  options: { timeoutMs: number; everyMs?: number; nextStep?: string; signal?: AbortSignal },
): Promise<T> {
  const until = Date.now() + options.timeoutMs;
  let last: unknown;
  for (;;) {
    options.signal?.throwIfAborted();
    try {
      const value = await probe();
      if (value !== undefined && value !== false) return value;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() >= until) break;
    await new Promise((resolve) => setTimeout(resolve, options.everyMs ?? 500));
  }
  throw new MeshproofError('environment', `${what}: not within ${options.timeoutMs / 1000} s`, {
    cause: last,
    ...(options.nextStep === undefined ? {} : { nextStep: options.nextStep }),
  });
}
