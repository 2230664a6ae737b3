import type { Environment } from '../model/environment.ts';
import type { MeshDriver } from './driver.ts';
import { istioDriver } from './istio/driver.ts';

/** The driver of an environment's mesh. */
export function meshDriver(environment: Environment): MeshDriver {
  switch (environment.mesh.driver) {
    case 'istio':
      return istioDriver;
  }
}
