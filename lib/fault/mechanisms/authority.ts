import { createHash, type X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultPlan } from '../../model/fault-plan.ts';
import {
  type CertificateAuthority,
  ensureRoot,
  type IntermediateAuthority,
  issueIntermediate,
  newRoot,
} from '../../support/ca.ts';
import { MeshproofError } from '../../support/errors.ts';
import { waitFor } from '../../support/kube.ts';
import { environmentDir } from '../../support/paths.ts';
import type { Mechanism } from '../mechanism.ts';
import {
  pushScript,
  ROOTS,
  rootsScript,
  saveScript,
  SECRET,
  TAKEN_S,
  toldScript,
  trustedScript,
} from './authority-scripts.ts';
import { armTimers, disarmTimers } from './dead-man.ts';
import { inNode, inNodeInTime, tryInNode } from './in-node.ts';
import { controlPlaneOf, kubectlJson } from './kubectl.ts';
import { proxiesOf, type ProxySeen } from './proxies.ts';
import { undoCommand, undoFile, undoOnce } from './undo-file.ts';

/** An authority that expires has this left when it is pushed: until then every proxy has to have a certificate of it. */
export const EXPIRES_AFTER_MS = 20_000;
/** What is pushed as a bad root is worth nothing to anybody so long after the deadline, whoever has kept it. */
const WORTHLESS_AFTER_MS = 600_000;
/** Proxies that are asked, each time, whether a fault bites. All are when it is to be gone. */
const ASKED = 6;
const TAKEN_MS = 25_000;
const RESTORED_MS = 180_000;

/**
 * Pushes another authority to the mesh of one cluster, by the secret that istiod has it from, and shows it to istiod at once.
 *
 * `certificate-expiry`: an intermediate of the mesh's own root that is about to expire. istiod would refuse one that has
 * expired already, but takes this, and cuts what it issues to the intermediate's end (generate_cert.go, NotAfter). Beside it
 * the roots stand twice: that is another bundle for istiod, which tells every proxy, which gets a certificate at once
 * (secretcache.go, UpdateConfigTrustBundle); and nothing is trusted that was not before. At the end all of them expire in the
 * same second, istiod's own too, and it signs no more.
 *
 * `bad-root`: a root of nobody's beside the old ones, since istiod takes only a bundle that has, or is part of, what it has
 * (istio_ca.go, handleEvent), and then an intermediate of it, with that root twice, which again is another bundle. All proxies
 * of the cluster get certificates of it at once, and the other clusters have never heard of it. Both in one step would leave
 * those out that have to connect to istiod anew: the file by which they know it follows within 90 s. The root's key is never
 * written down, and it expires soon after the deadline.
 *
 * The way back is a script in the control-plane node, with what the secret held: see `saveScript`. Proxies get their
 * certificates anew by the same way, so nothing is restarted; one that asked in vain meanwhile asks again within 30 s, which is
 * Envoy's longest pause. All that was pushed has a serial number made of the fault's id, by which everybody knows it.
 */
export const authority: Mechanism = {
  async arm(plan) {
    if (plan.spec.kind === 'certificate-expiry') await rootOf(plan);
    // Armed first: what it finds no script of is done.
    const armed = await armTimers(plan, undoCommand(plan));
    await inNodeInTime(plan, controlPlaneOf(plan), ['sh', '-s'], saveScript(plan));
    return armed;
  },
  async inject(plan) {
    const roots = await rootsOf(plan);
    const cluster = controlPlaneOf(plan).cluster;
    const lasting = { notBefore: new Date(Date.now() - 3_600_000), notAfter: endOf(plan) };
    const terms = { lasting, serialNumber: serialOf(plan) };
    if (kindOf(plan) === 'certificate-expiry') {
      const expiring = await issueIntermediate(await rootOf(plan), cluster, terms);
      await push(plan, filesOf(expiring, roots + roots));
      // Valid to the end of that second (RFC 5280, 4.1.2.5).
      const from = lasting.notAfter.getTime() + 1000;
      await sleep(Math.max(0, from - Date.now()));
      return from;
    }
    const root = await newRoot('Meshproof bad root', 1, terms);
    const bad = await issueIntermediate(root, cluster, terms);
    await push(plan, { 'root-cert.pem': roots + root.certificate });
    await sleep(TAKEN_S * 1000);
    const from = Date.now();
    await push(plan, filesOf(bad, roots + root.certificate + root.certificate));
    return from;
  },
  async proveEffect(plan) {
    let seen: ProxySeen[] = [];
    const hit = () => seen.filter((proxy) => isHit(plan, proxy));
    await waitFor(
      'all proxies are hit',
      async () => {
        seen = await proxiesOf(plan, ASKED);
        // Who starts meanwhile may get no certificate at all.
        return hit().length > 0 && seen.every((proxy) => proxy.chain.length === 0 || isHit(plan, proxy));
      },
      { timeoutMs: 15_000, everyMs: 1000 },
    ).catch((error: unknown) => {
      if (hit().length > 0) return;
      throw new MeshproofError('inconclusive', `none of ${seen.length} proxies ${HARM[kindOf(plan)]}`, {
        cause: error,
      });
    });
    const those = `${hit().length} of the ${seen.length} proxies that were asked`;
    return `${those} ${HARM[kindOf(plan)]}: ${hit()
      .map(({ pod }) => pod)
      .join(', ')}`;
  },
  async revert(plan) {
    await waitFor(
      `the secret ${SECRET} is put back, and istiod takes it`,
      async () => {
        const { exitCode, stderr } = await tryInNode(plan, controlPlaneOf(plan), [
          'sh',
          '-c',
          undoOnce(plan),
        ]);
        if (exitCode === 0) return true;
        throw new Error(stderr);
      },
      { timeoutMs: RESTORED_MS, nextStep: 'meshproof sweep' },
    );
  },
  async proveRevert(plan) {
    // Asked so that a node that does not answer is no proof.
    const { stdout } = await inNode(plan, controlPlaneOf(plan), [
      'sh',
      '-c',
      `[ -e ${undoFile(plan)} ] && echo there || echo gone`,
    ]);
    if (stdout.trim() !== 'gone')
      throw new MeshproofError('environment', `the secret ${SECRET} was not put back`);
    let left = ['nobody was asked'];
    return waitFor(
      'every proxy has a good certificate',
      async () => {
        const seen = await proxiesOf(plan);
        left = [...(await otherwiseLeft(plan)), ...seen.flatMap((proxy) => whyNotGone(plan, proxy) ?? [])];
        if (left.length > 0) return undefined;
        const words = `${SECRET} is as before, istiod is trusted`;
        return `${words}, and ${seen.length} proxies of ${controlPlaneOf(plan).cluster} have certificates of it`;
      },
      { timeoutMs: RESTORED_MS, everyMs: 1000 },
    ).catch((error: unknown) => {
      throw new MeshproofError(
        'environment',
        `not as before after ${RESTORED_MS / 1000} s: ${left.join('; ')}`,
        {
          nextStep: 'restart these pods, then meshproof sweep',
          cause: error,
        },
      );
    });
  },
  disarm: disarmTimers,
};

const HARM = {
  'certificate-expiry': 'hold a certificate that has expired',
  'bad-root': 'hold a certificate of the bad root',
};

function kindOf({ spec: { kind } }: FaultPlan): keyof typeof HARM {
  if (kind === 'certificate-expiry' || kind === 'bad-root') return kind;
  throw new MeshproofError('bug', `${kind} has no certificates`);
}

/** What everything that a fault pushes is known by, in hexadecimal: positive, and of 16 octets (RFC 5280, 4.1.2.2). */
export function serialOf({ id }: Pick<FaultPlan, 'id'>): string {
  return `4d50${createHash('sha256').update(id).digest('hex').slice(0, 28)}`;
}

/** When what is pushed expires; certificates know whole seconds. */
function endOf({ leadMs, deadline }: FaultPlan): Date {
  const end = leadMs === undefined ? deadline + WORTHLESS_AFTER_MS : Date.now() + leadMs;
  return new Date(Math.floor(end / 1000) * 1000);
}

/** The environment's root with its key; a `not-applicable` error where somebody else has the key. */
async function rootOf({ environment, spec }: FaultPlan): Promise<CertificateAuthority> {
  const dir = join(environmentDir(environment), 'trust');
  if (existsSync(join(dir, 'root-key.pem'))) return ensureRoot(dir);
  throw new MeshproofError(
    'not-applicable',
    `${spec.kind}: the key of the mesh's root is not on this machine`,
  );
}

function filesOf({ certificate, key, chain }: IntermediateAuthority, bundle: string) {
  return { 'ca-cert.pem': certificate, 'ca-key.pem': key, 'cert-chain.pem': chain, 'root-cert.pem': bundle };
}

/** Changes the secret, and waits until istiod has taken it; an `inconclusive` error when it does not. */
async function push(plan: FaultPlan, files: Record<string, string>): Promise<void> {
  await inNodeInTime(plan, controlPlaneOf(plan), ['sh', '-s'], pushScript(files));
  const take = () => tryInNode(plan, controlPlaneOf(plan), ['sh', '-c', toldScript()]);
  await waitFor('istiod takes the secret', async () => (await take()).exitCode === 0, {
    timeoutMs: TAKEN_MS,
  }).catch((error: unknown) => {
    throw new MeshproofError('inconclusive', `istiod did not take another ${SECRET}`, { cause: error });
  });
}

/** The roots that the secret holds just now, PEM, with a newline at the end: bundles are one after the other. */
async function rootsOf(plan: FaultPlan): Promise<string> {
  const { stdout } = await inNode(plan, controlPlaneOf(plan), ['sh', '-c', rootsScript()]);
  return `${stdout.trimEnd()}\n`;
}

const isOf = (plan: FaultPlan) => (certificate: X509Certificate) =>
  certificate.serialNumber.toLowerCase() === serialOf(plan);

/** Whether a proxy feels the fault. */
export function isHit(plan: FaultPlan, { chain }: ProxySeen): boolean {
  if (!chain.some(isOf(plan))) return false;
  return plan.spec.kind === 'bad-root' || Date.parse(chain[0]?.validTo ?? '') <= Date.now();
}

/** What of a fault a proxy still has, in words. One that is ready must have a certificate that is valid. */
export function whyNotGone(plan: FaultPlan, { pod, isReady, chain, roots }: ProxySeen): string | undefined {
  if (chain.some(isOf(plan))) return `${pod} holds a certificate of the fault`;
  if (roots.some(isOf(plan))) return `${pod} trusts the bad root`;
  const isValid = Date.parse(chain[0]?.validTo ?? '') > Date.now();
  return isReady && !isValid ? `${pod} holds no valid certificate` : undefined;
}

/** Namespaces that are told of other roots than the secret's, and an istiod that is not trusted, in words. */
async function otherwiseLeft(plan: FaultPlan): Promise<string[]> {
  const roots = await rootsOf(plan);
  const { items } = await kubectlJson<{
    items: { metadata: { namespace: string }; data?: Record<string, string> }[];
  }>(plan, ['get', 'configmaps', '--all-namespaces', '--field-selector', `metadata.name=${ROOTS}`]);
  const others = items.filter(({ data }) => data?.['root-cert.pem']?.trim() !== roots.trim());
  const { exitCode } = await tryInNode(plan, controlPlaneOf(plan), ['bash', '-c', trustedScript()]);
  return [
    ...others.map(({ metadata }) => `${metadata.namespace}/${ROOTS} has other roots`),
    ...(exitCode === 0 ? [] : ['istiod shows a certificate that is not trusted']),
  ];
}
