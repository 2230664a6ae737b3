import type { Defect } from '../lib/prove/defect.ts';
import { METERED_SERVICE } from '../lib/run/areas/observability.ts';
import { mirrorBites, plantMirror } from './observability-mirror.ts';

/** A mirror that somebody forgot: every call is carried out twice, and its copy's answer is thrown away. */
export const observabilityDoubledCalls: Defect = {
  id: 'observability-doubled-calls',
  title: 'in the last cluster a forgotten VirtualService mirrors every call back to the service itself',
  caughtBy: ['observability/proxy-metrics'],
  says: /\d+ calls were counted, and \d+ were sent[\s\S]*cause\? .*VirtualService meshproof-mesh\/copycat mirrors/,
  silent: 'the callers see one good answer a call; only bills and side effects double',
  plant: (lab) => plantMirror(lab, METERED_SERVICE),
  bites: (lab) => mirrorBites(lab, METERED_SERVICE),
  heal: async (lab) => void (await lab.changes.revert()),
};
