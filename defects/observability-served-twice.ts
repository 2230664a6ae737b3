import type { Defect } from '../lib/prove/defect.ts';
import { SERVED_SERVICE } from '../lib/run/areas/observability.ts';
import { mirrorBites, plantMirror } from './observability-mirror.ts';

/** The same mirror as the servers see it: more calls arrive than anybody made. */
export const observabilityServedTwice: Defect = {
  id: 'observability-served-twice',
  title: 'in the last cluster a forgotten VirtualService sends servers a copy of every call',
  caughtBy: ['observability/server-metrics'],
  says: /answered \d+ calls and its proxy counted [1-9]\d*[\s\S]*cause\? .*VirtualService meshproof-mesh\/copycat mirrors/,
  silent: 'the callers see one good answer a call; the servers do the work twice',
  plant: (lab) => plantMirror(lab, SERVED_SERVICE),
  bites: (lab) => mirrorBites(lab, SERVED_SERVICE),
  heal: async (lab) => void (await lab.changes.revert()),
};
