import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { fakeLab } from '../../selftests/fake-lab.ts';
import type { RunManifest } from '../model/run.ts';
import { checkConformance, conformanceYaml } from './conformance.ts';
import { sampleRun, sampleTest } from './sample-run.ts';

const run = sampleRun([
  sampleTest('passed', { id: 'dns/a: holds', figures: { p99Ms: 3 } }),
  sampleTest('failed', { id: 'dns/b: breaks' }),
  sampleTest('not-applicable', { id: 'dns/c: is left out' }),
]);
const manifest: RunManifest = {
  id: run.run,
  command: 'meshproof verify',
  startedAt: run.startedAt,
  seed: 1,
  output: '',
  lab: fakeLab(),
  stages: {},
  world: 'fake',
};

function written(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'meshproof-conformance-')), 'conformance.yaml');
  writeFileSync(file, text);
  return file;
}

function keys() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const file = join(mkdtempSync(join(tmpdir(), 'meshproof-key-')), 'key.pem');
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return { file, publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
}

test('a report as it was sealed has no problem, and lists every promise with its verdict', () => {
  const { text, seal } = conformanceYaml(manifest, run);
  expect(checkConformance(written(text), { seal })).toEqual({ problems: [], seal, signed: false });
  for (const { id } of run.tests) expect(text).toContain(id);
});

test('every edit shows: a verdict, a reason, the header, an entry cut off or moved', () => {
  const { text, seal } = conformanceYaml(manifest, run);
  const edits = {
    verdict: text.replace(/( {4}verdict: )failed/, '$1passed'),
    header: text.replace(/^environment: .*/m, 'environment: production'),
    version: text.replace(/^( {2}version: ).*/m, '$19.9.9'),
    cut: text.replace(/ {2}- id: (?:(?! {2}- id: )[\s\S])*(?=seal:)/, ''),
  };
  for (const [name, edited] of Object.entries(edits)) {
    expect(edited, name).not.toBe(text);
    expect(checkConformance(written(edited), {}).problems, name).not.toEqual([]);
  }
  expect(checkConformance(written(edits.verdict), { seal }).problems.join()).toContain('edited: ');
});

test('a report that was sealed again differs from the seal that was kept, and from the signature', () => {
  const mine = keys();
  const { seal } = conformanceYaml(manifest, run, mine.file);
  const forged = conformanceYaml(manifest, { ...run, environment: 'production' }).text;
  expect(checkConformance(written(forged), { seal }).problems.join()).toContain('another report');
  expect(checkConformance(written(forged), { publicKey: mine.publicKey }).problems).toEqual([
    'it is not signed',
  ]);
  const otherwise = conformanceYaml(manifest, run, keys().file).text;
  expect(checkConformance(written(otherwise), { publicKey: mine.publicKey }).problems).toEqual([
    'the signature is not of this seal and this key',
  ]);
});

test('a signed report is accepted by the public half of its key; a key of another kind is refused', () => {
  const { file, publicKey } = keys();
  const { text, seal } = conformanceYaml(manifest, run, file);
  expect(checkConformance(written(text), { publicKey })).toEqual({ problems: [], seal, signed: true });
  expect(readFileSync(file, 'utf8')).not.toContain(text);
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  writeFileSync(file, rsa.export({ type: 'pkcs8', format: 'pem' }));
  expect(() => conformanceYaml(manifest, run, file)).toThrow(/Ed25519/);
});
