import type { FaultPlan } from '../../model/fault-plan.ts';
import { KUBECTL } from './kubectl.ts';
import { DEPLOYMENTS } from './scale.ts';
import { FOLDER, writeUndoScript } from './undo-file.ts';

/** The secret that istiod has its authority from. */
export const SECRET = 'cacerts';
/** The ConfigMap by which istiod tells a namespace of its roots. */
export const ROOTS = 'istio-ca-root-cert';
/** On pods of istiod, and gone afterwards: the kubelet looks at a pod's volumes when the pod changes, and else every minute or so. */
const TOUCHED = 'meshproof.dev/touched';
/** A proxy takes a change of roots within this, when istiod has told it. */
export const TAKEN_S = 2;
const { namespace, selector } = DEPLOYMENTS.istiod;
const ROOT_CERT = `{.data.root-cert\\.pem}`;

/** Shell functions of all scripts here. */
const FUNCTIONS = [
  `k() { ${KUBECTL.join(' ')} --namespace ${namespace} "$@"; }`,
  `root() { k get secret ${SECRET} -o jsonpath='${ROOT_CERT}' | base64 -d; }`,
  `put() { k patch secret ${SECRET} --type=merge --patch-file=/dev/stdin > /dev/null; }`,
  // An istiod that does not run reads the secret when it starts.
  'told() {',
  `  pods=$(k get pods --selector ${selector} -o name)`,
  '  [ -n "$pods" ] || return 0',
  `  k annotate pods --selector ${selector} --overwrite ${TOUCHED}=$(date +%s%N) > /dev/null`,
  '  want=$(root)',
  '  for i in $(seq 20); do',
  `    [ -z "$want" ] || [ "$(k get configmap ${ROOTS} -o jsonpath='${ROOT_CERT}')" != "$want" ] || return 0`,
  '    sleep 0.4',
  '  done',
  "  echo 'istiod does not take the secret' >&2",
  '  return 1',
  '}',
].join('\n');

/** What the secret held, in the node: the key of the mesh's authority is in it. */
export function savedFile({ id }: Pick<FaultPlan, 'id'>): string {
  return `${FOLDER}/${id}.${SECRET}`;
}

/**
 * Saves what the secret holds, and how to put it back, on the node's disk, for root's eyes only. The key does not leave the
 * node. Refuses when a fault has the authority already: the second to go would put back what the first had pushed. The way
 * back is written first: whenever this ends, what it wrote is found by its mark.
 */
export function saveScript(plan: Pick<FaultPlan, 'id' | 'spec'>): string {
  const file = savedFile(plan);
  return [
    'set -e; umask 077',
    FUNCTIONS,
    `for other in ${FOLDER}/*.${SECRET}; do`,
    '  [ ! -e "$other" ] || { echo "another fault has the authority: $other" >&2; exit 1; }',
    'done',
    // In a shell of its own: what it sets, and ends, is its own matter.
    `(\n${writeUndoScript(plan, putBack(plan))}\n)`,
    `k get secret ${SECRET} -o jsonpath='{.data}' > ${file}.new`,
    `for name in ca-cert ca-key cert-chain root-cert; do`,
    `  grep -q "\\"$name.pem\\":\\"..*\\"" ${file}.new || { echo "${namespace}/${SECRET} has no $name.pem" >&2; exit 1; }`,
    'done',
    `mv ${file}.new ${file}`,
    '',
  ].join('\n');
}

/**
 * Puts the secret back, and sees that istiod takes it; what was never saved was never changed. An agent that is told of the
 * withdrawal of a root may have answered with the certificate that it had, and keep the root: so there is a change of roots in
 * between that is none, the old ones twice, upon which everybody gets a certificate that knows of them only.
 */
function putBack(plan: Pick<FaultPlan, 'id' | 'spec'>): string {
  const file = savedFile(plan);
  const twice = [
    `root=$(sed 's/.*"root-cert.pem":"\\([^"]*\\)".*/\\1/' ${file} | base64 -d)`,
    `twice=$(printf '%s\\n%s\\n' "$root" "$root" | base64 -w 0)`,
    `sed 's|.*|{"data":&}|; s|"root-cert.pem":"[^"]*"|"root-cert.pem":"'"$twice"'"|' ${file} | put`,
    'told',
    `sleep ${TAKEN_S}`,
  ];
  return [
    FUNCTIONS,
    // One at a time: the dead-man may come while a revert is under way, and neither is to put the old ones twice behind the other.
    `if [ -e ${file} ]; then exec 9< ${file}; flock 9; fi`,
    `if [ -e ${file} ]; then`,
    `if [ "$(k get secret ${SECRET} -o jsonpath='{.data}')" != "$(cat ${file})" ]; then`,
    ...(plan.spec.kind === 'bad-root' ? twice : []),
    `sed 's|.*|{"data":&}|' ${file} | put`,
    'fi',
    // One that has been started with what was pushed may be waiting for minutes before it tries again.
    `waiting='{range .items[*]}{.metadata.name} {.status.containerStatuses[*].state.waiting.reason}{"\\n"}{end}'`,
    `for pod in $(k get pods --selector ${selector} -o jsonpath="$waiting" | sed -n 's/ .*CrashLoopBackOff.*//p'); do`,
    '  k delete pod "$pod" --wait=false',
    'done',
    'told',
    `[ "$(k get secret ${SECRET} -o jsonpath='{.data}')" = "$(cat ${file})" ]`,
    `k annotate pods --selector ${selector} ${TOUCHED}- > /dev/null`,
    'fi',
    `rm -f ${file}.new ${file}`,
  ].join('\n');
}

/** Puts new contents into the secret; they are in the script, and in no command's words. */
export function pushScript(files: Record<string, string>): string {
  const data = Object.fromEntries(
    Object.entries(files).map(([name, text]) => [name, Buffer.from(text).toString('base64')]),
  );
  return ['set -e', FUNCTIONS, `put <<'END'\n${JSON.stringify({ data })}\nEND`, ''].join('\n');
}

/** Shows istiod the secret at once, and succeeds when it has taken it, and told its own namespace; fails after 8 s. */
export function toldScript(): string {
  return `set -e\n${FUNCTIONS}\ntold`;
}

/** Prints the roots that the secret holds: certificates, which are no secret. */
export function rootsScript(): string {
  return `${FUNCTIONS}\nroot`;
}

/** Succeeds when every istiod shows a certificate that the roots of the secret vouch for. */
export function trustedScript(): string {
  const name = `istiod.${namespace}.svc`;
  return [
    'set -e',
    FUNCTIONS,
    `root=$(mktemp); trap 'rm -f "$root"' EXIT; root > "$root"`,
    `for ip in $(k get pods --selector ${selector} --field-selector status.phase=Running -o jsonpath='{.items[*].status.podIP}'); do`,
    `  curl --silent --max-time 3 --output /dev/null --cacert "$root" --resolve ${name}:15017:$ip https://${name}:15017/`,
    'done',
  ].join('\n');
}

/** Prints for each of these pods (`namespace/name`) a line with its name, and what certificates its proxy holds, as Envoy's admin interface says. */
export function lookScript(pods: readonly string[]): string {
  const ask = `pilot-agent request GET 'config_dump?resource=dynamic_active_secrets'`;
  return [
    `for pod in ${pods.join(' ')}; do`,
    '  echo "== $pod"',
    `  timeout 5 ${KUBECTL.join(' ')} --namespace "\${pod%/*}" exec "\${pod#*/}" --container istio-proxy -- ${ask} 2>/dev/null`,
    'done',
    'true',
  ].join('\n');
}
