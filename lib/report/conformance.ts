import { readFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { z } from 'zod';
import { decides, quarantineNote } from '../analysis/quarantine.ts';
import { PROFILES, type RunManifest } from '../model/run.ts';
import { type RunVerdict, VERDICTS } from '../model/verdict.ts';
import { errorMessage, MeshproofError } from '../support/errors.ts';
import { coverageOf } from './coverage.ts';
import { chain, type Signature, signSeal } from './seal.ts';

const promise = z.strictObject({
  id: z.string(),
  promise: z.string(),
  profile: z.enum(PROFILES),
  verdict: z.enum(VERDICTS),
  reason: z.string().optional(),
  figures: z.record(z.string(), z.number()).optional(),
  quarantine: z.string().optional(),
  hash: z.string(),
});

/** `conformance.yaml`: what a mesh was shown to do, promise by promise, sealed against later edits. */
export const conformanceSchema = z.strictObject({
  schema: z.literal('meshproof.dev/conformance/v1'),
  mesh: z.strictObject({ driver: z.string(), version: z.string() }),
  environment: z.string(),
  clusters: z.array(z.string()),
  profile: z.enum(PROFILES),
  selection: z.strictObject({
    suites: z.array(z.string()),
    grep: z.string().optional(),
    from: z.array(z.string()),
  }),
  complete: z.boolean(),
  verdict: z.enum(VERDICTS),
  counts: z.record(z.enum(VERDICTS), z.number()),
  run: z.string(),
  command: z.string(),
  seed: z.number(),
  startedAt: z.string(),
  endedAt: z.string(),
  versions: z.record(z.string(), z.string()),
  promises: z.array(promise),
  seal: z.strictObject({
    algorithm: z.literal('sha256'),
    value: z.string(),
    signature: z.string().optional(),
    publicKey: z.string().optional(),
  }),
});

/** A signature that a report of the same run had before it was made again. */
export interface EarlierSignature extends Signature {
  seal: string;
}

/**
 * The conformance report of a run as YAML, and its seal: the last hash of the chain over header and promises. With a
 * private key (Ed25519, PEM) the seal is signed too; a key that is none is a `usage` error. Without one, an earlier
 * signature is kept when it is of the same seal.
 */
export function conformanceYaml(
  manifest: RunManifest,
  verdict: RunVerdict,
  { signKey, earlier }: { signKey?: string | undefined; earlier?: EarlierSignature | undefined } = {},
): { text: string; seal: string; signed: boolean } {
  const core = new Set((manifest.tests ?? []).flatMap(({ id, profile }) => (profile === 'core' ? [id] : [])));
  const coverage = coverageOf(manifest);
  const header = {
    schema: 'meshproof.dev/conformance/v1',
    mesh: { driver: manifest.lab.mesh.driver, version: manifest.lab.mesh.version },
    environment: verdict.environment,
    clusters: manifest.lab.clusters.map(({ name }) => name),
    ...coverage,
    // What a quarantine takes out of the verdict is as good as left out.
    complete: coverage.complete && verdict.tests.every(decides),
    verdict: verdict.verdict,
    counts: verdict.counts,
    run: verdict.run,
    command: manifest.command,
    seed: manifest.seed,
    startedAt: verdict.startedAt,
    endedAt: verdict.endedAt,
    versions: verdict.versions,
  };
  const promises = verdict.tests.map((test) => {
    const { id, title, verdict, reason, figures } = test;
    const quarantine = quarantineNote(test);
    return {
      id,
      promise: title,
      profile: core.has(id) ? 'core' : 'extended',
      verdict,
      ...(reason === '' ? {} : { reason }),
      ...(Object.keys(figures).length === 0 ? {} : { figures }),
      ...(quarantine === undefined ? {} : { quarantine }),
    };
  });
  const { entries, seal } = chain(header, promises);
  const signature = signKey === undefined ? keptSignature(seal, earlier) : signSealWith(signKey, seal);
  const report = { ...header, promises: entries, seal: { algorithm: 'sha256', value: seal, ...signature } };
  return { text: stringify(report, { lineWidth: 0 }), seal, signed: signature !== undefined };
}

function keptSignature(seal: string, earlier: EarlierSignature | undefined): Signature | undefined {
  if (earlier?.seal !== seal) return undefined;
  const { signature, publicKey } = earlier;
  return { signature, publicKey };
}

function signSealWith(keyFile: string, seal: string): Signature {
  try {
    return signSeal(seal, readFileSync(keyFile, 'utf8'));
  } catch (cause) {
    throw new MeshproofError('usage', `--sign-key ${keyFile}: ${errorMessage(cause)}`, {
      nextStep: 'openssl genpkey -algorithm ed25519 -out key.pem makes one',
      cause,
    });
  }
}
