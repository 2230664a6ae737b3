import type { ApiRequest } from '../run/api-request.ts';
import type { Right } from './rights.ts';

/** Requests that no right allows, and what is allowed and was never asked for, as `verb resource (namespace)`. Pure. */
export function compareRights(
  rights: readonly Right[],
  requests: readonly ApiRequest[],
): { forbidden: string[]; unused: string[] } {
  const wanted = requests.filter(({ verb }) => verb !== 'discover').flatMap(asRbacHasIt);
  const forbidden = wanted.filter((request) => !rights.some((one) => allows(one, request)));
  const unused = rights.flatMap((one) =>
    one.verbs
      .filter((verb) => !wanted.some((request) => request.verb === verb && allows(one, request)))
      .map((verb) => `${verb} ${one.resources.join(', ')} (${one.namespace ?? 'all namespaces'})`),
  );
  return {
    forbidden: [
      ...new Set(
        forbidden.map(
          ({ verb, resource, namespace }) => `${verb} ${resource} (${namespace ?? 'no namespace'})`,
        ),
      ),
    ],
    unused,
  };
}

/** Some requests take two verbs: an apply, since it may make the object, and a WebSocket that runs or carries something. */
function asRbacHasIt(request: ApiRequest): ApiRequest[] {
  const opens = request.resource === 'pods/exec' || request.resource === 'pods/portforward';
  if (request.verb === 'patch' || (opens && request.verb === 'get'))
    return [request, { ...request, verb: 'create' }];
  return [request];
}

function allows(right: Right, { group, resource, verb, namespace, name }: ApiRequest): boolean {
  return (
    right.group === group &&
    right.resources.includes(resource) &&
    right.verbs.includes(verb) &&
    (right.namespace === undefined || right.namespace === namespace) &&
    (right.names === undefined || (name !== undefined && right.names.includes(name)))
  );
}
