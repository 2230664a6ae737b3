import type { GateFinding } from '../../model/gate.ts';
import type { InstalledResources } from './crd-changes.ts';
import { type Definition, type FieldPath, fieldsOf, objectWords, pathWords, valuesAt } from './crd-schema.ts';

/**
 * Deprecated fields that Istio's schemas say nothing of: fields that are hidden from its documentation, so that the
 * definitions carry no words for them. `deprecated = true` in networking/v1alpha3/*.proto of istio.io/api 1.31. By kind, the
 * end of the field's path, and what to use instead.
 */
const HIDDEN: Readonly<Record<string, readonly (readonly [end: string, instead: string])[]>> = {
  DestinationRule: [
    ['outlierDetection.consecutiveErrors', 'use consecutive5xxErrors or consecutiveGatewayErrors instead'],
  ],
  Gateway: [['servers[].port.targetPort', 'it does nothing']],
  Sidecar: [['port.targetPort', 'it does nothing']],
  VirtualService: [
    ['http[].mirrorPercent', 'use mirrorPercentage instead'],
    ['http[].mirror_percent', 'use mirrorPercentage instead'],
    ['corsPolicy.allowOrigin', 'use allowOrigins instead'],
    ['fault.delay.percent', 'use percentage instead'],
  ],
};

/** Values that are deprecated, by kind and end of the path (destination_rule.proto). */
const HIDDEN_VALUES: Readonly<
  Record<string, readonly (readonly [end: string, value: string, instead: string])[]>
> = {
  DestinationRule: [['loadBalancer.simple', 'LEAST_CONN', 'use LEAST_REQUEST instead']],
};

/** `deprecated = true` in operator/pkg/apis/values_types.proto of istio.io/istio 1.31. */
const VALUES = [
  'cni.{podAnnotations,logLevel,repair.createEvents,privileged}',
  'gateways.istio-egressgateway.{memory,cpu,nodeSelector,podAnnotations,podAntiAffinityLabelSelector}',
  'gateways.istio-egressgateway.{podAntiAffinityTermLabelSelector,resources,tolerations,rollingMaxSurge,rollingMaxUnavailable}',
  'gateways.istio-ingressgateway.{memory,cpu,nodeSelector,podAnnotations,podAntiAffinityLabelSelector,replicaCount}',
  'gateways.istio-ingressgateway.{podAntiAffinityTermLabelSelector,resources,tolerations,rollingMaxSurge,rollingMaxUnavailable}',
  'global.{arch,defaultNodeSelector,defaultResources,defaultTolerations,priorityClassName,jwtPolicy,sds.token}',
  'global.proxy.{enableCoreDump,resources,holdApplicationUntilProxyStarts}',
  'global.proxy_init.resources',
  'pilot.{replicaCount,resources,cpu,memory,nodeSelector,rollingMaxSurge,rollingMaxUnavailable,tolerations,podAnnotations}',
  'pilot.cni.chained',
  'istio_cni',
  'istiodRemote',
].flatMap(expand);

/** `deprecated = true` in mesh/v1alpha1/config.proto and proxy.proto of istio.io/api 1.31. */
const MESH_CONFIG = [
  'certificates',
  'verifyCertificateAtClient',
  'extensionProviders[].envoyExtAuthzHttp.includeHeadersInCheck',
  'extensionProviders[].{lightstep,opencensus}',
  'extensionProviders[].stackdriver.{debug,maxNumberOfAttributes,maxNumberOfAnnotations,maxNumberOfMessageEvents}',
  'defaultConfig.{discoveryRefreshDelay,zipkinAddress,envoyMetricsServiceAddress,availabilityZone,sds}',
].flatMap(expand);

/** Fields in use that the candidate's definitions call deprecated; pure. They still work, so each is a note. */
export function deprecatedFindings(
  { cluster, definitions, objects }: InstalledResources,
  candidate: readonly Definition[],
): GateFinding[] {
  return definitions.flatMap((installed) => {
    const { name } = installed.metadata;
    const own = objects[name] ?? [];
    if (own.length === 0) return [];
    const definition = candidate.find(({ metadata }) => metadata.name === name) ?? installed;
    const { kind } = definition.spec.names;
    const using = (path: FieldPath, is?: string) =>
      own.filter((object) => valuesAt(object, path).some((value) => is === undefined || value === is));
    return [...deprecatedFields(definition)].flatMap(({ path, value, instead }) => {
      const users = using(path, value);
      if (users.length === 0) return [];
      const field = `${pathWords(path)}${value === undefined ? '' : `: ${value}`}`;
      return [
        note(
          `${cluster}: ${objectWords(users.map((object) => ({ kind, ...object })))} ${users.length === 1 ? 'uses' : 'use'} ${field}, which is deprecated: ${instead}`,
        ),
      ];
    });
  });
}

function* deprecatedFields({
  spec,
}: Definition): Generator<{ path: FieldPath; value?: string; instead: string }> {
  const { kind } = spec.names;
  const stored = spec.versions.find(({ storage }) => storage);
  for (const [path, { description = '' }] of fieldsOf(stored?.schema?.openAPIV3Schema)) {
    const field = pathWords(path);
    const endsIn = ([end]: readonly [string, ...string[]]) => field.endsWith(`.${end}`);
    const said = /^deprecated[.:]?\s*(.*)$/is.exec(description)?.[1];
    const hidden = (HIDDEN[kind] ?? []).find(endsIn)?.[1];
    if (said !== undefined || hidden !== undefined)
      yield { path, instead: hidden ?? (said === '' ? 'see its documentation' : oneLine(said ?? '')) };
    const value = (HIDDEN_VALUES[kind] ?? []).find(endsIn);
    if (value) yield { path, value: value[1], instead: value[2] };
  }
}

/** Deprecated settings in an IstioOperator, parsed; pure. */
export function deprecatedSettings(operator: unknown): string[] {
  const used = (fields: readonly string[], under: string) =>
    fields
      .filter((field) => valuesAt(operator, pathOf(`${under}.${field}`)).length > 0)
      .map((field) => `${under}.${field}`);
  return [...used(VALUES, 'spec.values'), ...used(MESH_CONFIG, 'spec.meshConfig')];
}

function pathOf(field: string): FieldPath {
  return field.replaceAll('[]', '.[]').split('.');
}

/** `a.{b,c}` as `a.b` and `a.c`. */
function expand(pattern: string): string[] {
  const [, before = '', names] = /^(.*)\{(.*)\}$/.exec(pattern) ?? [];
  return names === undefined ? [pattern] : names.split(',').map((name) => `${before}${name}`);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('`', '').replace(/\.$/, '').trim();
}

function note(words: string): GateFinding {
  return { source: 'preflight', weight: 'note', words };
}
