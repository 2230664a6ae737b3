import { parse, stringify } from 'yaml';
import { z } from 'zod';
import type { MeshRelease, MeshSettings } from '../../model/upgrade.ts';
import { MeshproofError } from '../../support/errors.ts';

/** As much of an IstioOperator as is looked at here. */
const operatorSchema = z.looseObject({
  spec: z.looseObject({
    hub: z.string(),
    tag: z.string(),
    values: z.looseObject({
      global: z.looseObject({
        proxy: z.looseObject({ image: z.string().optional() }),
        proxy_init: z.looseObject({}),
      }),
    }),
  }),
});

/**
 * The IstioOperator that a cluster was installed from, YAML, with another image of its proxies. A name with a slash is taken
 * as it is by the injector and the gateways' chart alike; the init container has the same program in it, so it follows.
 */
export function withProxyImage(installed: string, proxyImage: string | undefined): string {
  if (proxyImage === undefined) return installed;
  if (!proxyImage.includes('/'))
    throw new MeshproofError('usage', `Istio reads '${proxyImage}' as a name in its own hub`, {
      nextStep: `name the image with its registry or path: library/${proxyImage}`,
    });
  const operator = operatorSchema.parse(parse(installed));
  const { global } = operator.spec.values;
  global.proxy.image = proxyImage;
  global.proxy_init['image'] = proxyImage;
  return stringify(operator);
}

/** The IstioOperator that a cluster was installed from, YAML, with the images of another release. */
export function withRelease(
  installed: string,
  release: Pick<MeshRelease, 'hub' | 'tag'> | undefined,
): string {
  if (!release) return installed;
  const operator = operatorSchema.parse(parse(installed));
  Object.assign(operator.spec, { hub: release.hub, tag: release.tag });
  return stringify(operator);
}

/** The image that pods injected by this control plane get. */
export function proxyImageOf(installed: string, proxyImage: string | undefined): string {
  const { hub, tag, values } = operatorSchema.parse(parse(installed)).spec;
  const named = proxyImage ?? values.global.proxy.image ?? 'proxyv2';
  return named.includes('/') ? named : `${hub}/${named}:${tag}`;
}

/** What is the user's to change with values; the rest decides what is installed, where, and under which name. */
const FIXED = ['namespace', 'revision', 'profile', 'hub', 'tag'] as const;

/**
 * A user's values as an IstioOperator, which `istioctl` merges over what was installed: an IstioOperator as it is, plain Helm
 * values as its `spec.values`. A `usage` error for what would make another installation, and not the same one with other values.
 */
export function overlay({ file, document }: NonNullable<MeshSettings['values']>): string {
  const isOperator = 'kind' in document || 'apiVersion' in document;
  if (isOperator && document['kind'] !== 'IstioOperator')
    throw refused(file, `it is a ${String(document['kind'])}, and no IstioOperator`);
  const spec = isOperator ? (document['spec'] ?? {}) : { values: document };
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec))
    throw refused(file, 'its spec is no mapping');
  const fixed = FIXED.find((name) => name in spec);
  if (fixed !== undefined) throw refused(file, `spec.${fixed} would make another installation`);
  const image = z.object({
    values: z.object({ global: z.object({ proxy: z.object({ image: z.string() }) }) }),
  });
  if (image.safeParse(spec).success)
    throw refused(
      file,
      'they name another image of the proxies, which is a side of its own (proxy-image:REF)',
    );
  return stringify({
    apiVersion: 'install.istio.io/v1alpha1',
    kind: 'IstioOperator',
    spec: meshConfigLifted(file, spec),
  });
}

/**
 * Where what was installed has a setting in `spec.meshConfig`, istioctl drops the chart's own `meshConfig` of later files without
 * a word; only `spec.meshConfig` is merged over it.
 */
function meshConfigLifted(file: string, spec: object): object {
  const charts = z.looseObject({ values: z.looseObject({ meshConfig: z.record(z.string(), z.unknown()) }) });
  const named = charts.safeParse(spec);
  if (!named.success) return spec;
  const { values, ...rest } = named.data;
  if ('meshConfig' in rest)
    throw refused(file, 'spec.meshConfig and spec.values.meshConfig say what counts twice');
  const { meshConfig, ...others } = values;
  return { ...rest, meshConfig, ...(Object.keys(others).length === 0 ? {} : { values: others }) };
}

function refused(file: string, why: string): MeshproofError {
  return new MeshproofError('usage', `these values cannot be merged over what is installed: ${why}`, {
    at: { file },
    nextStep: 'give an IstioOperator with a spec, or the values of Istio’s charts',
  });
}

/**
 * What makes a second control plane of it when merged over an installation: a revision, and nothing that a cluster has once only
 * (resource definitions, gateways).
 */
export function canaryOverlay(revision: string, gateway: string): string {
  const components = { base: { enabled: false }, ingressGateways: [{ name: gateway, enabled: false }] };
  return stringify({
    apiVersion: 'install.istio.io/v1alpha1',
    kind: 'IstioOperator',
    spec: { revision, components },
  });
}
