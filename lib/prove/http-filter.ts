import type { KubernetesObject } from '@kubernetes/client-node';

/** A filter of Envoy's, and its settings with their `@type`. */
export interface HttpFilter {
  name: string;
  typed_config: Record<string, unknown>;
}

/** An EnvoyFilter that puts this before all other HTTP filters of inbound calls; only where its labels or `app` say so. */
export function inboundHttpFilter(
  metadata: { name: string; namespace: string; labels?: Record<string, string> },
  value: HttpFilter,
  app?: string,
): KubernetesObject {
  const filter = {
    apiVersion: 'networking.istio.io/v1alpha3',
    kind: 'EnvoyFilter',
    metadata,
    spec: {
      ...(app === undefined ? {} : { workloadSelector: { labels: { app } } }),
      configPatches: [
        {
          applyTo: 'HTTP_FILTER',
          match: {
            context: 'SIDECAR_INBOUND',
            listener: { filterChain: { filter: { name: 'envoy.filters.network.http_connection_manager' } } },
          },
          patch: { operation: 'INSERT_BEFORE', value },
        },
      ],
    },
  };
  return filter;
}

/** A script of Lua as a filter; nobody but the proxies looks whether it compiles. */
export function luaFilter(script: string): HttpFilter {
  return {
    name: 'envoy.filters.http.lua',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua',
      default_source_code: { inline_string: script },
    },
  };
}
