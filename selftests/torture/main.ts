import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { planFault } from '../../lib/fault/plan.ts';
import { tidyNode } from '../../lib/fault/mechanisms/leftovers.ts';
import type { Lab } from '../../lib/model/lab.ts';
import { acquireLease } from '../../lib/run/lease.ts';
import { findLab } from '../../lib/run/provision.ts';
import { errorMessage, MeshproofError } from '../../lib/support/errors.ts';
import { mustRunInNode, runInNode } from '../../lib/support/node-access.ts';
import { waitFor } from '../../lib/support/kube.ts';
import { sweepFaults } from '../../lib/run/sweep.ts';
import { silentLog } from '../../lib/support/log.ts';
import { projectRoot } from '../../lib/support/paths.ts';
import { throughJobs } from '../cluster/adopted.ts';
import { CASES } from '../cluster/fault-cases.ts';
import { lastWorker } from '../cluster/fault-health.ts';
import { strike } from './blows.ts';
import { batchesOf, type Point } from './points.ts';

/** After the last deadline of a batch, nothing of ours is left this much later. */
const GRACE_MS = 10_000;

const { values } = parseArgs({
  options: {
    points: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    'at-once': { type: 'string', default: '4' },
    environment: { type: 'string', default: 'kind-istio' },
    'by-job': { type: 'boolean', default: false },
  },
});

interface Row extends Point {
  /** Of its fault, milliseconds since the epoch; 0 when the point could not be carried out. */
  deadline: number;
  error?: string;
}

const found = findLab(values.environment);
if (!found) throw new Error(`environment ${values.environment} is not up: npm run meshproof -- env up`);
const lab: Lab = found;
const seed = Number(values.seed);
const byJob = values['by-job'];
const batches = batchesOf(Object.keys(CASES).filter(canBe), {
  points: Number(values.points),
  seed,
  atOnce: Number(values['at-once']),
});
const rows: Row[] = [];
const failures: string[] = [];
const startedAt = Date.now();
await using _lease = await acquireLease(lab, 'torture');
await plantForeignRules(lab);
const before = await foreignRules(lab);
for (const [index, batch] of batches.entries()) {
  const done = await Promise.all(
    batch.map(async (point): Promise<Row> => {
      try {
        return { ...point, deadline: await strike(lab, point, byJob) };
      } catch (error) {
        return { ...point, deadline: 0, error: errorMessage(error) };
      }
    }),
  );
  rows.push(...done);
  const until = Math.max(...done.map(({ deadline }) => deadline)) + GRACE_MS;
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, until - Date.now())));
  const left = await leftovers(lab);
  const words = batch.map(({ number, fault, blow, atMs }) => `${number} ${fault}: ${blow} at ${atMs} ms`);
  console.log(
    `batch ${index + 1} of ${batches.length} (${Math.round((Date.now() - startedAt) / 1000)} s): ${words.join('; ')}`,
  );
  const known = failures.length;
  for (const { number, error } of done) if (error !== undefined) failures.push(`point ${number}: ${error}`);
  if (left.length > 0) failures.push(`batch ${index + 1} (${words.join('; ')}): left ${left.join(', ')}`);
  // A node that goes off takes the rules of everybody along.
  const goesOff = batch.some(({ fault }) => fault === 'node-kill' || fault === 'node-reboot');
  const killed = goesOff ? lastWorker(lab).container : undefined;
  for (const [node, text] of await foreignRules(lab)) {
    if (node !== killed && text !== before.get(node))
      failures.push(`batch ${index + 1}: foreign rules of ${node} were changed`);
  }
  if (killed !== undefined) await plantForeignRules(lab);
  for (const failure of failures.slice(known)) console.log(`  ✗ ${failure}`);
  await sweepFaults(lab.environment.name, silentLog).catch((error: unknown) =>
    failures.push(errorMessage(error)),
  );
  await waitFor('the lab is well again', () => isWell(lab), { timeoutMs: 240_000, everyMs: 1000 });
}
await removeForeignRules(lab);
const counts = Object.groupBy(rows, ({ blow }) => blow);
const table = Object.entries(counts).map(([blow, points]) => `${blow}: ${points?.length ?? 0}`);
mkdirSync(join(projectRoot, 'reports/output'), { recursive: true });
writeFileSync(
  join(projectRoot, 'reports/output/torture.json'),
  `${JSON.stringify({ seed, rows, failures }, null, 2)}\n`,
);
console.log(table.join(', '));
for (const failure of failures) console.log(`✗ ${failure}`);
console.log(
  `${rows.length} points, ${new Set(rows.map(({ fault }) => fault)).size} faults, seed ${seed}: ${failures.length} failures`,
);
process.exitCode = failures.length === 0 ? 0 : 1;

/** Whether a case can be had the way its maker gets into nodes. */
function canBe(name: string): boolean {
  const { fault } = CASES[name] ?? {};
  try {
    const of = byJob ? throughJobs(lab) : lab;
    return fault !== undefined && planFault(fault(lab), of, { run: 'none', lastsMs: 0 }).id !== '';
  } catch (error) {
    if (error instanceof MeshproofError && error.kind === 'not-applicable') return false;
    throw error;
  }
}

/** What a sweep of all nodes finds just now, by the marks that faults leave. */
async function leftovers({ clusters, access }: Lab): Promise<string[]> {
  const nodes = clusters.flatMap((cluster) => cluster.nodes);
  return (await Promise.all(nodes.map(({ container }) => tidyNode(access, container)))).flat();
}

/** Rules of somebody else, of both kinds, in every node. */
async function plantForeignRules(of: Lab): Promise<void> {
  await removeForeignRules(of);
  await inEach(
    of,
    [
      'nft add table inet somebody_else',
      "nft 'add chain inet somebody_else in { type filter hook prerouting priority -301 ; policy accept ; }'",
      'nft add rule inet somebody_else in ip saddr 203.0.113.7 counter drop comment not-yours',
      'iptables -N SOMEBODY-ELSE',
      'iptables -A SOMEBODY-ELSE -s 203.0.113.8 -j DROP',
    ].join(' && '),
  );
}

async function removeForeignRules(of: Lab): Promise<void> {
  await inEach(
    of,
    '{ nft delete table inet somebody_else; iptables -F SOMEBODY-ELSE; iptables -X SOMEBODY-ELSE; } 2>/dev/null; true',
  );
}

async function foreignRules(of: Lab): Promise<Map<string, string>> {
  return inEach(
    of,
    'nft list table inet somebody_else 2>/dev/null; iptables-save -t filter | grep SOMEBODY-ELSE; true',
  );
}

async function inEach({ clusters, access }: Lab, script: string): Promise<Map<string, string>> {
  const nodes = clusters.flatMap((cluster) => cluster.nodes);
  const texts = await Promise.all(
    nodes.map(async ({ container }): Promise<[string, string]> => {
      const { stdout } = await mustRunInNode(access, container, ['sh', '-c', script]);
      return [container, stdout];
    }),
  );
  return new Map(texts);
}

/** Whether all nodes are Ready and all pods of the control planes are, so that the next batch begins from a healthy lab. */
async function isWell({ clusters, access }: Lab): Promise<boolean> {
  const kubectl = 'kubectl --kubeconfig /etc/kubernetes/admin.conf --request-timeout=5s';
  const notReady = `${kubectl} get nodes,pods -A -o jsonpath='{range .items[*]}{.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}' | grep -v True`;
  const each = await Promise.all(
    clusters.map(async ({ nodes }) => {
      const node = nodes.find(({ role }) => role === 'control-plane')?.container ?? '';
      const script = `${kubectl} get --raw /readyz >/dev/null || exit 2; ! ${notReady}`;
      return (await runInNode(access, node, ['sh', '-c', script])).exitCode === 0;
    }),
  );
  return each.every(Boolean);
}
