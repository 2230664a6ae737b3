import type { KubernetesObject } from '@kubernetes/client-node';
import type { DiagnosisQuestion, MeshSetting } from '../../model/diagnosis.ts';
import { ISTIO_NAMESPACE } from './operator.ts';

/** An object of Istio's API, as it is read. */
export type IstioObject = KubernetesObject & { spec?: Record<string, unknown> };

/** Label of everything that a run of Meshproof put there. */
const RUN_LABEL = 'meshproof.dev/run';

/**
 * What the objects that are there do to the calls in question, in words. Those that the driver installed (`installed`)
 * are no news while they are as they were; one that is gone or changed is. `behind` are the labels by which the service in
 * question selects its pods.
 */
export function settingsOf(
  objects: readonly IstioObject[],
  installed: readonly IstioObject[],
  question: DiagnosisQuestion,
  behind: Record<string, string> = {},
): MeshSetting[] {
  const key = ({ kind, metadata }: KubernetesObject) => `${kind}/${metadata?.namespace}/${metadata?.name}`;
  const expected = new Map(installed.map((object) => [key(object), object]));
  const found = new Map(objects.map((object) => [key(object), object]));
  const changed = installed.flatMap((object): MeshSetting[] => {
    const now = found.get(key(object));
    if (now && canonical(now.spec) === canonical(object.spec)) return [];
    const effect = now
      ? `is not as it was installed: ${JSON.stringify(now.spec).slice(0, 300)}`
      : 'is gone; the mesh was installed with it';
    return [{ ...nameOf(object), effect, touches: 'mesh', does: 'blocks', ours: false, ...ageOf(now) }];
  });
  const others = objects.filter((object) => !expected.has(key(object)));
  return [...changed, ...others.map((object) => settingOf(object, question, behind))];
}

function settingOf(
  object: IstioObject,
  question: DiagnosisQuestion,
  behind: Record<string, string>,
): MeshSetting {
  const { effect, does } = effectOf(object);
  return {
    ...nameOf(object),
    effect,
    does,
    touches: touchesOf(object, question, behind),
    ours: object.metadata?.labels?.[RUN_LABEL] !== undefined,
    ...ageOf(object),
  };
}

function nameOf({ kind = '', metadata }: KubernetesObject) {
  return { kind, namespace: metadata?.namespace ?? '', name: metadata?.name ?? '' };
}

function ageOf(object: KubernetesObject | undefined) {
  const created = object?.metadata?.creationTimestamp;
  return created === undefined ? {} : { createdAt: new Date(created).getTime() };
}

type Effect = Pick<MeshSetting, 'effect' | 'does'>;

function effectOf({ kind, spec = {} }: IstioObject): Effect {
  const words = `${selectorWords(spec)}: ${JSON.stringify(withoutSelector(spec)).slice(0, 260)}`;
  switch (kind) {
    case 'PeerAuthentication': {
      const text = JSON.stringify(spec);
      const hole = ['DISABLE', 'PERMISSIVE'].filter((mode) => text.includes(`"${mode}"`));
      return {
        effect: hole.length > 0 ? `accepts plaintext (${hole.join(', ')})${words}` : `demands mTLS${words}`,
        does: 'alters',
      };
    }
    case 'AuthorizationPolicy': {
      const action = typeof spec['action'] === 'string' ? spec['action'] : 'ALLOW';
      const none = action === 'ALLOW' && spec['rules'] === undefined;
      return {
        effect: none ? `denies everything${words}` : `${action}${words}`,
        does: action === 'AUDIT' ? 'alters' : 'blocks',
      };
    }
    case 'VirtualService': {
      const text = JSON.stringify(spec);
      const fault = text.includes('"fault"');
      return {
        effect: `${fault ? 'injects faults' : text.includes('"mirror') ? 'mirrors calls' : 'routes calls'}: ${text.slice(0, 300)}`,
        does: fault ? 'blocks' : 'diverts',
      };
    }
    case 'DestinationRule':
      return { effect: `sets how ${String(spec['host'])} is called${words}`, does: 'diverts' };
    case 'ServiceEntry':
    case 'WorkloadEntry':
      return { effect: `adds hosts or endpoints${words}`, does: 'diverts' };
    case 'Sidecar':
      return { effect: `limits what a proxy knows${words}`, does: 'blocks' };
    case 'RequestAuthentication':
      return { effect: `checks tokens${words}`, does: 'blocks' };
    case undefined:
    default:
      return { effect: `changes proxies${words}`, does: 'alters' };
  }
}

function selectorWords(spec: Record<string, unknown>): string {
  const labels = labelsOf(spec);
  return labels
    ? ` of ${Object.entries(labels)
        .map(([name, value]) => `${name}=${value}`)
        .join(',')}`
    : '';
}

/** Said elsewhere in the same line. */
const SAID = ['selector', 'workloadSelector', 'host'];

function withoutSelector(spec: Record<string, unknown>): unknown {
  return Object.fromEntries(Object.entries(spec).filter(([name]) => !SAID.includes(name)));
}

function labelsOf(spec: Record<string, unknown>): Record<string, string> | undefined {
  const selector = (spec['selector'] ?? spec['workloadSelector']) as
    | { matchLabels?: Record<string, string>; labels?: Record<string, string> }
    | undefined;
  return selector?.matchLabels ?? selector?.labels;
}

function hostsOf({ kind, spec = {} }: IstioObject): string[] | undefined {
  if (kind === 'DestinationRule') return [String(spec['host'])];
  if (kind === 'VirtualService' || kind === 'ServiceEntry')
    return (spec['hosts'] as string[] | undefined) ?? [];
  return undefined;
}

/** Which calls an object touches: by host where it names hosts, by namespace and selector otherwise. */
function touchesOf(
  object: IstioObject,
  { from, to }: DiagnosisQuestion,
  behind: Record<string, string>,
): MeshSetting['touches'] {
  const namespace = object.metadata?.namespace ?? '';
  const hosts = hostsOf(object);
  if (hosts) {
    if (!to) return 'mesh';
    const host = `${to.service}.${to.namespace}.svc.cluster.local`;
    const short = namespace === to.namespace ? [to.service] : [];
    const names = [host, `${to.service}.${to.namespace}`, ...short];
    if (hosts.some((one) => names.includes(one))) return 'service';
    return hosts.some((one) => one.startsWith('*') && host.endsWith(one.slice(1))) ? 'mesh' : 'other';
  }
  const labels = labelsOf(object.spec ?? {});
  const app = labels?.['app'];
  if (namespace !== ISTIO_NAMESPACE && to && namespace !== to.namespace && namespace !== from?.namespace)
    return 'other';
  if (labels === undefined) return namespace === ISTIO_NAMESPACE ? 'mesh' : 'namespace';
  if (app !== undefined && (app === to?.service || app === behind['app'])) return 'service';
  if (app !== undefined && app === from?.workload) return 'caller';
  // Another label may select either end; another app is somebody else's.
  return app === undefined || to === undefined ? 'namespace' : 'other';
}

/** The same text for the same value, whatever the order of its keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) =>
    one !== null && typeof one === 'object' && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => a.localeCompare(b)))
      : one,
  );
}
