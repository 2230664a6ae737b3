import type { Defect } from '../lib/prove/defect.ts';
import { HTTP_PORT, MESH_CALLER } from '../lib/run/workloads.ts';
import { plantThere, proxyHas } from './connectivity-listeners.ts';

/** Half a MiB is plenty for every check that people write, and too little for the upload of the month's end. */
export const connectivityBodyLimit: Defect = {
  id: 'connectivity-body-limit',
  title: 'a filter buffers requests of one workload and refuses those above 512 KiB',
  caughtBy: ['connectivity/body-sizes'],
  says: /http \S+ → \S+: bodies up to 64 kB pass, 1 MB and more do not: a size limit on the way; .*413/,
  silent: 'small requests succeed, and no checker looks into a filter',
  plant: (lab) =>
    plantThere(lab, {
      apiVersion: 'networking.istio.io/v1alpha3',
      kind: 'EnvoyFilter',
      name: 'request-buffer',
      spec: {
        workloadSelector: { labels: { app: MESH_CALLER } },
        configPatches: [
          {
            applyTo: 'HTTP_FILTER',
            match: {
              context: 'SIDECAR_OUTBOUND',
              listener: {
                portNumber: HTTP_PORT,
                filterChain: {
                  filter: {
                    name: 'envoy.filters.network.http_connection_manager',
                    subFilter: { name: 'envoy.filters.http.router' },
                  },
                },
              },
            },
            patch: {
              operation: 'INSERT_BEFORE',
              value: {
                name: 'envoy.filters.http.buffer',
                typed_config: {
                  '@type': 'type.googleapis.com/envoy.extensions.filters.http.buffer.v3.Buffer',
                  max_request_bytes: 524_288,
                },
              },
            },
          },
        ],
      },
    }),
  bites: (lab) => proxyHas(lab, 'dynamic_listeners', /"max_request_bytes": 524288/),
  heal: async (lab) => void (await lab.changes.revert()),
};
