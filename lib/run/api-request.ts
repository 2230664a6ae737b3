/** Parts of a path that come after a name and are no names themselves. */
const NAMESPACE_SUBRESOURCES = ['status', 'finalize'];

/** What kind of request a Kubernetes API server gets. */
export interface ApiRequest {
  /** As RBAC calls it: get, list, watch, create, update, patch, delete, deletecollection; `discover` for lists of types. */
  verb: string;
  /** Plural name, with the subresource: `pods`, `pods/portforward`. */
  resource: string;
  /** API group; empty for the core. */
  group: string;
  namespace?: string;
  name?: string;
}

const WRITES: Record<string, string> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

/** Verb and resource of a request to a Kubernetes API server; undefined for any other path. */
export function describeRequest(method: string, target: string): ApiRequest | undefined {
  const [path = '', query = ''] = target.split('?');
  const [root, ...rest] = path.split('/').filter(Boolean);
  if (root !== 'api' && root !== 'apis') return undefined;
  const group = root === 'api' ? '' : (rest[0] ?? '');
  const segments = rest.slice(root === 'api' ? 1 : 2);
  if (segments.length === 0) return { verb: 'discover', resource: 'types', group };
  const within = withoutNamespace(segments);
  const [kind = '', name, ...more] = within;
  const [subresource] = more;
  const what = {
    resource: subresource === undefined ? kind : `${kind}/${subresource}`,
    group,
    ...(within === segments ? {} : { namespace: segments[1] ?? '' }),
    ...(name === undefined ? {} : { name }),
  };
  if (method !== 'GET') {
    const verb = WRITES[method] ?? method.toLowerCase();
    return { verb: verb === 'delete' && name === undefined ? 'deletecollection' : verb, ...what };
  }
  if (name !== undefined) return { verb: 'get', ...what };
  const watches = ['true', '1'].includes(new URLSearchParams(query).get('watch') ?? '');
  return { verb: watches ? 'watch' : 'list', ...what };
}

/** `namespaces/NAME/pods` is about pods; `namespaces/NAME` and its own subresources are about the namespace. */
function withoutNamespace(segments: readonly string[]): readonly string[] {
  const [first, , third] = segments;
  const namespaced =
    first === 'namespaces' &&
    third !== undefined &&
    !(segments.length === 3 && NAMESPACE_SUBRESOURCES.includes(third));
  return namespaced ? segments.slice(2) : segments;
}
