import { env } from 'node:process';
import { MeshproofError } from '../../lib/support/errors.ts';

/** What can be wrong with the fake world, by name. A self-test plants them with MESHPROOF_FAKE_DEFECTS. */
const DEFECTS = {
  permissive: 'the shared service answers plaintext',
  'rejects-by-timeout': 'plaintext gets no answer at all, instead of a rejection',
  'control-deaf': 'the tolerant workload answers nobody',
  'remote-silent': 'no proxy knows endpoints of another cluster',
  strays: 'a service that lives in one cluster is answered by another, too',
  'local-leaks': 'a cluster-local service is answered by another cluster',
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
  'no-aaaa-no-name': 'a name without a record of the type that is asked for is unknown',
  'search-detour': "the search path begins with a domain of somebody else's",
  'ttl-of-an-hour': 'answers may be kept for an hour',
  'nxdomain-sticks': 'a name that was asked for too early is never found',
  'cuts-off-silently': 'a large answer over UDP is cut off without a word',
  'node-without-dns-tcp': 'one node gets no answer over TCP',
  'one-resolver-lies': 'one of the resolvers gives a wrong address',
  'stale-capture': 'a proxy that resolves names gives addresses of yesterday',
  'capture-off': 'the proxy does not resolve names',
  'slow-dns': 'one lookup in fifty waits 400 ms',
  'resolver-deaf': 'the resolver answers nobody',
  'no-endpoints': 'no service has endpoints',
  'policy-hole': 'no rule is in force in the other cluster',
  'policy-too-strict': 'everything is denied in the other cluster',
  'denied-by-the-application': 'it is not the mesh that says no',
  'fence-down': 'nothing enforces NetworkPolicy',
  'fence-leaks': 'every other call passes a NetworkPolicy',
  'split-off-by-five': 'five points of the weights are on the wrong cluster',
  'grpc-aborted': 'every gRPC call ends with UNAVAILABLE',
  'body-limit': 'requests above 100 kB are refused',
  'bodies-changed': 'bodies above 100 kB arrive changed',
  'idle-limit': 'connections are closed after 5 s of silence',
  'stream-limit': 'streams are cut after 3 s',
  'slow-p99': 'one call in fifty is slow under load',
  'load-errors': 'one call in a hundred fails under load',
  'dropped-load': 'k6 has too few callers',
  'first-load-dropped': 'k6 has too few callers, the first time only',
  'never-propagates': 'a new service reaches no other cluster',
  'propagates-late': 'a new service takes 20 s to reach other clusters',
  'no-steady-state': 'calls over pooled connections fail now and then, before any fault',
  'never-fails-over': 'a lost endpoint is never given up',
  'slow-failover': 'while a lost endpoint is not given up (8 s), no call is answered at all',
  'no-failback': 'a lost endpoint is not used again after the revert',
  'lost-still-answers': 'the fault does not touch the traffic',
  'witness-never-fails': 'the fault does not touch the witness',
  'fault-has-no-effect': 'the mechanism cannot prove that the fault bites',
  'agent-late': 'the agents send 2.5 s late',
  'busy-machine': 'the agents send 300 ms late, and everything is slow under load',
  'no-pod': 'no pod of the shared service runs',
  'revert-fails': 'the fault cannot be reverted',
  'never-steady-again': 'the workloads do not come back after the fault',
  'trace-stripped': 'in west the header traceparent is removed before it reaches a server',
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
