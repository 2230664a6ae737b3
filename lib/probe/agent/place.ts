import type { Place } from '../../model/observation.ts';

/** Where this agent runs, from the variables that its pod template sets (downward API for node and pod). */
export function placeFromEnv(env: NodeJS.ProcessEnv): Place {
  const read = (name: string) => env[name] ?? 'unknown';
  return {
    cluster: read('MESHPROOF_CLUSTER'),
    region: read('MESHPROOF_REGION'),
    zone: read('MESHPROOF_ZONE'),
    node: read('NODE_NAME'),
    pod: read('POD_NAME'),
  };
}
