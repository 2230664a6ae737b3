import type { Facts, MeshSetting } from '../model/diagnosis.ts';
import { about, type Cause } from './cause.ts';

const DOES = { blocks: 82, diverts: 72, alters: 52 } as const;
/** Objects that are younger than this when a call fails are suspects before all others. */
const JUST_MADE_MS = 10 * 60_000;

/** Settings that touch the call in question: what blocks before what diverts, what is new before what is old. */
export function configurationCauses(facts: Facts): Cause[] {
  return facts.clusters.flatMap(({ cluster, mesh }) =>
    (mesh?.settings ?? []).flatMap((setting): Cause[] => {
      const weight = weightOf(setting, facts);
      if (weight === 0) return [];
      const { kind, namespace, name, effect } = setting;
      return [
        {
          weight: about(weight, cluster, facts),
          words: `${cluster}: ${kind} ${namespace}/${name} ${effect}`,
        },
      ];
    }),
  );
}

function weightOf({ touches, does, ours, createdAt }: MeshSetting, { question, at }: Facts): number {
  // What a run of Meshproof put there for all of its tests is no news, unless nothing else is asked for.
  if (ours || touches === 'other') return 0;
  const base = DOES[does];
  const near = touches === 'service' || touches === 'caller' ? 8 : touches === 'namespace' ? 4 : 0;
  const asked = question.to === undefined && question.from === undefined ? 0 : near;
  const isNew = createdAt !== undefined && createdAt > (question.since ?? at) - JUST_MADE_MS;
  return base + asked + (isNew ? 3 : 0);
}
