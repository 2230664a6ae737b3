import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { z } from 'zod';
import { errorMessage, MeshproofError } from '../support/errors.ts';
import { conformanceSchema, type EarlierSignature } from './conformance.ts';
import { reportFiles } from './read-manifest.ts';
import { firstEdit, isSignedBy } from './seal.ts';
import { readVerdict } from './verdict-file.ts';

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

function readConformance(file: string): z.infer<typeof conformanceSchema> {
  if (!existsSync(file)) {
    throw new MeshproofError('environment', `${file}: there is no conformance report`, {
      nextStep: 'meshproof verify leaves one in its output folder (-o)',
    });
  }
  try {
    return conformanceSchema.parse(parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new MeshproofError('environment', `${file}: not a conformance report: ${errorMessage(cause)}`, {
      cause,
    });
  }
}

/**
 * Checks the report of an output folder. The seal in the verdict.json beside it must agree in any case: a chain can be
 * made anew by whoever edits. `against` says what it was held against.
 */
export function checkReport(
  output: string,
  known: { seal?: string | undefined; publicKey?: string | undefined },
): Checked & { against: string } {
  const files = reportFiles(output);
  const beside = existsSync(files.verdict) ? readVerdict(files.verdict).seal : undefined;
  const checked = checkConformance(files.conformance, { ...known, seal: known.seal ?? beside });
  const other = known.seal !== undefined && beside !== undefined && beside !== checked.seal;
  const against = [
    ...(known.seal === undefined ? [] : ['the seal given']),
    ...(known.publicKey === undefined ? [] : ['the key given']),
    ...(beside === undefined ? [] : ['the seal in verdict.json beside it']),
  ];
  return {
    ...checked,
    problems: [...checked.problems, ...(other ? [`verdict.json beside it has the seal ${beside}`] : [])],
    against:
      against.length === 0
        ? 'its own chain only, which whoever edits can make anew: no verdict.json with a seal is beside it, and no --seal or --key was given'
        : against.join(' and '),
  };
}

/** The signature in the conformance report of this run that lies there already; undefined when there is none. */
export function earlierSignature(file: string, run: string): EarlierSignature | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const { run: of, seal } = readConformance(file);
    const { value, signature, publicKey } = seal;
    if (of !== run || signature === undefined || publicKey === undefined) return undefined;
    return isSignedBy(publicKey, value, signature) ? { seal: value, signature, publicKey } : undefined;
  } catch {
    // What can't be read is made anew; nobody could check a signature in it.
    return undefined;
  }
}
