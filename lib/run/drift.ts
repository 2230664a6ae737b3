import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from '@kubernetes/client-node';
import type { Kube } from '../support/kube.ts';
import { RUN_LABEL } from './workloads.ts';

type WithSpec = KubernetesObject & { spec?: unknown };

/** Longest spec that a person wants to read in a hint. */
const SPEC_LENGTH = 240;

/**
 * How the objects of a cluster differ from those that the run applied, in words: missing, changed, and of the same kinds
 * in the same namespaces (and those of `alsoIn`) what the run never made. Looked up now, for a hint at a cause.
 */
export async function drift(
  kube: Kube,
  expected: readonly WithSpec[],
  alsoIn: readonly string[] = [],
): Promise<string[]> {
  const kinds = Map.groupBy(expected, ({ apiVersion, kind }) => `${apiVersion} ${kind}`);
  const found = await Promise.all(
    [...kinds.values()].map(async (objects) => {
      const [{ apiVersion = '', kind = '' } = {}] = objects;
      const namespaces = new Set([...objects.map(({ metadata }) => metadata?.namespace ?? ''), ...alsoIn]);
      const lists = await Promise.all(
        [...namespaces].map((namespace) => kube.objects.list<WithSpec>(apiVersion, kind, namespace)),
      );
      return differences(
        kind,
        objects,
        lists.flatMap(({ items }) => items),
      );
    }),
  );
  return found.flat();
}

/** As {@link drift}, from objects of one kind that were read already. */
export function differences(
  kind: string,
  expected: readonly WithSpec[],
  present: readonly WithSpec[],
): string[] {
  const key = ({ metadata }: WithSpec) => `${metadata?.namespace}/${metadata?.name}`;
  const there = new Map(present.map((object) => [key(object), object]));
  const wanted = new Set(expected.map(key));
  const missing = expected.filter((one) => !there.has(key(one)));
  const changed = expected.filter((one) => {
    const current = there.get(key(one));
    return current !== undefined && !isDeepStrictEqual(plain(current.spec), plain(one.spec));
  });
  const foreign = present.filter((one) => !wanted.has(key(one)) && !one.metadata?.labels?.[RUN_LABEL]);
  return [
    ...missing.map((one) => `${kind} ${key(one)} is missing`),
    ...changed.map((one) => `${kind} ${key(one)} was changed: ${specWords(there.get(key(one)))}`),
    ...foreign.map((one) => `${kind} ${key(one)} is there, which the run did not make: ${specWords(one)}`),
  ];
}

function plain(spec: unknown): unknown {
  return JSON.parse(JSON.stringify(spec ?? {}));
}

function specWords(object: WithSpec | undefined): string {
  return JSON.stringify(object?.spec ?? {}).slice(0, SPEC_LENGTH);
}
