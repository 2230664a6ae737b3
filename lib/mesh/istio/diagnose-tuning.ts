import type { V1Pod } from '@kubernetes/client-node';
import type { MeshSetting } from '../../model/diagnosis.ts';

/** Environment variables of istiod that hold changes back before they are sent to the proxies. */
const DEBOUNCE = /^PILOT_DEBOUNCE_(AFTER|MAX)$/;

/** Istiods among these pods that were told to hold changes back: what is new comes late everywhere, and nothing looks wrong. */
export function tuningOf(pods: readonly V1Pod[]): MeshSetting[] {
  return pods
    .filter(({ metadata }) => metadata?.labels?.['app'] === 'istiod')
    .flatMap(({ metadata, spec }): MeshSetting[] => {
      const set = (spec?.containers ?? [])
        .flatMap(({ env }) => env ?? [])
        .filter(({ name }) => DEBOUNCE.test(name));
      if (set.length === 0) return [];
      return [
        {
          kind: 'Deployment',
          namespace: metadata?.namespace ?? '',
          name: 'istiod',
          effect: `holds changes back: ${set.map(({ name, value }) => `${name}=${value}`).join(', ')}`,
          touches: 'mesh',
          does: 'alters',
          ours: false,
        },
      ];
    });
}
