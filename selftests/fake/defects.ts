import { env } from 'node:process';
import { MeshproofError } from '../../lib/support/errors.ts';

/** What can be wrong with the fake world, by name. A self-test plants them with MESHPROOF_FAKE_DEFECTS. */
const DEFECTS = {
  permissive: 'the shared service answers plaintext',
  'rejects-by-timeout': 'plaintext gets no answer at all, instead of a rejection',
  'control-deaf': 'the tolerant workload answers nobody',
  'remote-silent': 'no proxy knows endpoints of another cluster',
  strays: 'a service that lives in one cluster is answered by another, too',
  'some-calls-fail': 'one call in five over a fresh connection fails',
  'agent-starved': 'the agents run out of descriptors and send nothing',
  'no-agent': 'no pod of a caller runs',
  'wrong-identity': 'workloads present the identity of the default account',
  'foreign-root': 'each cluster trusts a root of its own',
  expired: 'the certificates of workloads have expired',
  'no-certificate': 'the gateway closes every handshake',
  'caller-mistaken': 'servers see every caller as the default account',
  'caller-unseen': 'servers see no client certificate',
  'wrong-dns': 'every name resolves to an address that is not its own',
  'dns-tcp-broken': 'the resolver answers SERVFAIL over TCP',
  'nxdomain-broken': 'every name resolves',
  'resolver-deaf': 'the resolver answers nobody',
  'no-endpoints': 'no service has endpoints',
  'slow-p99': 'one call in fifty is slow under load',
  'load-errors': 'one call in a hundred fails under load',
  'dropped-load': 'k6 has too few callers',
  'never-propagates': 'a new service reaches no other cluster',
  'propagates-late': 'a new service takes 20 s to reach other clusters',
  'no-steady-state': 'calls over pooled connections fail now and then, before any fault',
  'never-fails-over': 'a lost endpoint is never given up',
  'slow-failover': 'while a lost endpoint is not given up (8 s), no call is answered at all',
  'no-failback': 'a lost endpoint is not used again after the revert',
  'lost-still-answers': 'the fault does not touch the traffic',
  'witness-never-fails': 'the fault does not touch the witness',
  'fault-has-no-effect': 'the mechanism cannot prove that the fault bites',
  'agent-late': 'the agents send 300 ms late',
  'busy-machine': 'the agents send 300 ms late, and everything is slow under load',
  'no-pod': 'no pod of the shared service runs',
  'revert-fails': 'the fault cannot be reverted',
  'never-steady-again': 'the workloads do not come back after the fault',
} as const;
export type Defect = keyof typeof DEFECTS;

/** True when the defect is planted just now; a name that is none is a `usage` error. */
export function isPlanted(defect: Defect): boolean {
  const planted = (env['MESHPROOF_FAKE_DEFECTS'] ?? '').split(',').filter(Boolean);
  const unknown = planted.filter((name) => !(name in DEFECTS));
  if (unknown.length === 0) return planted.includes(defect);
  throw new MeshproofError('usage', `MESHPROOF_FAKE_DEFECTS: no defect is called ${unknown.join(', ')}`, {
    nextStep: `there are ${Object.keys(DEFECTS).join(', ')}`,
  });
}
