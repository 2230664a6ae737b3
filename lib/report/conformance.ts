import { existsSync, readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import type { RunManifest } from '../model/run.ts';
import { type RunVerdict, VERDICTS } from '../model/verdict.ts';
import { errorMessage, MeshproofError } from '../support/errors.ts';
import { chain, firstEdit, isSignedBy, signSeal } from './seal.ts';

const promise = z.strictObject({
  id: z.string(),
  promise: z.string(),
  profile: z.enum(['core', 'extended']),
  verdict: z.enum(VERDICTS),
  reason: z.string().optional(),
  figures: z.record(z.string(), z.number()).optional(),
  hash: z.string(),
});

/** `conformance.yaml`: what a mesh was shown to do, promise by promise, sealed against later edits. */
const conformance = z.strictObject({
  schema: z.literal('meshproof.dev/conformance/v1'),
  mesh: z.strictObject({ driver: z.string(), version: z.string() }),
  environment: z.string(),
  clusters: z.array(z.string()),
  profile: z.enum(['core', 'extended']),
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

/**
 * The conformance report of a run as YAML, and its seal: the last hash of the chain over header and promises. With a
 * private key (Ed25519, PEM) the seal is signed too; a key that is none is a `usage` error.
 */
export function conformanceYaml(
  manifest: RunManifest,
  verdict: RunVerdict,
  signKey?: string,
): { text: string; seal: string } {
  const core = new Set((manifest.tests ?? []).flatMap(({ id, profile }) => (profile === 'core' ? [id] : [])));
  const header = {
    schema: 'meshproof.dev/conformance/v1',
    mesh: { driver: manifest.lab.mesh.driver, version: manifest.lab.mesh.version },
    environment: verdict.environment,
    clusters: manifest.lab.clusters.map(({ name }) => name),
    profile: manifest.profile ?? 'extended',
    verdict: verdict.verdict,
    counts: verdict.counts,
    run: verdict.run,
    command: manifest.command,
    seed: manifest.seed,
    startedAt: verdict.startedAt,
    endedAt: verdict.endedAt,
    versions: verdict.versions,
  };
  const promises = verdict.tests.map(({ id, title, verdict, reason, figures }) => ({
    id,
    promise: title,
    profile: core.has(id) ? 'core' : 'extended',
    verdict,
    ...(reason === '' ? {} : { reason }),
    ...(Object.keys(figures).length === 0 ? {} : { figures }),
  }));
  const { entries, seal } = chain(header, promises);
  const signed = signKey === undefined ? {} : signSealWith(signKey, seal);
  const report = { ...header, promises: entries, seal: { algorithm: 'sha256', value: seal, ...signed } };
  return { text: stringify(report, { lineWidth: 0 }), seal };
}

function signSealWith(keyFile: string, seal: string) {
  try {
    return signSeal(seal, readFileSync(keyFile, 'utf8'));
  } catch (cause) {
    throw new MeshproofError('usage', `--sign-key ${keyFile}: ${errorMessage(cause)}`, {
      nextStep: 'openssl genpkey -algorithm ed25519 -out key.pem makes one',
      cause,
    });
  }
}

/** What a check of a conformance report found. */
export interface Checked {
  /** What is wrong, in words; empty when it is as it was sealed. */
  problems: string[];
  seal: string;
  signed: boolean;
}

/**
 * Checks a `conformance.yaml` against its own chain, and against a seal or a public key (PEM) that was kept elsewhere.
 * Throws an `environment` error when there is no such file, or it is none.
 */
export function checkConformance(
  file: string,
  known: { seal?: string | undefined; publicKey?: string | undefined },
): Checked {
  const { promises, seal, ...header } = readConformance(file);
  const problems: string[] = [];
  const edited = firstEdit(header, promises, seal.value);
  if (edited !== undefined) {
    const where = promises[edited]?.id;
    problems.push(
      where === undefined
        ? 'promises were added or removed at the end'
        : edited === 0
          ? `edited: the header, or ${where}`
          : `edited: ${where}`,
    );
  }
  if (known.seal !== undefined && known.seal !== seal.value)
    problems.push(
      `the seal is ${seal.value}, not ${known.seal}: this is another report, or one sealed again`,
    );
  const key = known.publicKey ?? seal.publicKey;
  if (known.publicKey !== undefined && seal.signature === undefined) problems.push('it is not signed');
  if (key !== undefined && seal.signature !== undefined && !isSignedBy(key, seal.value, seal.signature))
    problems.push('the signature is not of this seal and this key');
  return { problems, seal: seal.value, signed: seal.signature !== undefined };
}

function readConformance(file: string): z.infer<typeof conformance> {
  if (!existsSync(file)) {
    throw new MeshproofError('environment', `${file}: there is no conformance report`, {
      nextStep: 'meshproof verify leaves one in its output folder (-o)',
    });
  }
  try {
    return conformance.parse(parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new MeshproofError('environment', `${file}: not a conformance report: ${errorMessage(cause)}`, {
      cause,
    });
  }
}
