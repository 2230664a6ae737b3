import { fileURLToPath } from 'node:url';
import type { FindingSource } from '../../lib/model/gate.ts';
import type { MeshSide } from '../../lib/model/upgrade.ts';
import type { Log } from '../../lib/support/log.ts';
import { badProxyImage } from './images.ts';

/** A candidate that a gate must answer with NO-GO. */
export interface PlantedCandidate {
  id: string;
  title: string;
  /** What it is made of: a define of bad-proxy.c, or a file of values. */
  made: { defect: string } | { values: string };
  /** What must be among the findings that decide, in words of the finding itself: one of these. */
  reasons: readonly { source: FindingSource; says: RegExp }[];
  /** Arguments of a gate of those parts only that can find it: six whole ones take more than two hours. */
  quick: readonly string[];
}

const COMPARISON = ['--skip', 'preflight,conformance,traffic'];
const TRAFFIC = ['--skip', 'preflight,conformance,comparison'];
const promises = (grep: string) => ['--skip', 'preflight,comparison,traffic', '--grep', grep];

const values = (file: string) => ({
  values: fileURLToPath(new URL(`values/${file}.yaml`, import.meta.url)),
});

/** Each worse in one way only, and like what is installed in every other. */
export const PLANTED_CANDIDATES: readonly PlantedCandidate[] = [
  {
    id: 'slow-hop',
    title: 'each proxy takes 8 ms longer for every answer',
    made: { defect: 'DELAY_MS=8' },
    reasons: [{ source: 'comparison', says: /^p50 .*: [\d.]+ ms → [\d.]+ ms, \+/ }],
    quick: COMPARISON,
  },
  {
    id: 'drain-resets',
    title: 'a proxy that drains resets what it should still answer',
    made: { defect: 'RESETS_ON_DRAIN' },
    // Proxies of the candidate end when they are replaced: on the way back.
    reasons: [{ source: 'traffic', says: /lost during the rollback/ }],
    quick: TRAFFIC,
  },
  {
    id: 'few-resets',
    title: '0.2 % of the requests are reset',
    made: { defect: 'RESETS_PER_MILLION=2000' },
    reasons: [
      { source: 'comparison', says: /^error ratio .*: \d+ of \d+ → \d+ of \d+, \+/ },
      // The proxies that end during the upgrade are good ones: no candidate is blamed for how it drains by then.
      { source: 'traffic', says: /lost during the upgrade .*, reset, / },
    ],
    quick: COMPARISON,
  },
  {
    id: 'memory-growth',
    title: 'each proxy keeps 8 KiB of every answer',
    made: { defect: 'LEAK_BYTES=8192' },
    reasons: [{ source: 'comparison', says: /memory/i }],
    quick: COMPARISON,
  },
  {
    id: 'plaintext-accepted',
    title: 'mutual TLS is no longer STRICT',
    made: values('plaintext-accepted'),
    reasons: [{ source: 'conformance', says: /^mtls\/\S+.* failed on the candidate/ }],
    quick: promises('^mtls/'),
  },
  {
    id: 'remote-endpoints-gone',
    title: 'the control plane pushes no endpoints of other clusters',
    made: values('remote-endpoints-gone'),
    reasons: [{ source: 'conformance', says: /^discovery\/\S+.* failed on the candidate/ }],
    quick: promises('^discovery/'),
  },
];

/** The planted candidate of this name. */
export function plantedCandidate(id: string): PlantedCandidate {
  const found = PLANTED_CANDIDATES.find((one) => one.id === id);
  if (found) return found;
  throw new Error(`no planted candidate '${id}': ${PLANTED_CANDIDATES.map((one) => one.id).join(', ')}`);
}

/** The side of a gate that a candidate is; its image is built first. */
export async function sideOf(
  { id, made }: PlantedCandidate,
  options: { log: Log; signal?: AbortSignal },
): Promise<MeshSide> {
  if ('values' in made) return { kind: 'values', file: made.values };
  return { kind: 'proxy-image', image: await badProxyImage(id, made.defect, options) };
}
