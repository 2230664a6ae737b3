import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from '@playwright/test';
import { fakeLab } from '../../selftests/fake-lab.ts';
import type { RunManifest } from '../model/run.ts';
import { conformanceYaml } from './conformance.ts';
import { checkConformance, checkReport } from './conformance-check.ts';
import { reportFiles } from './read-manifest.ts';
import { sampleRun, sampleTest } from './sample-run.ts';
import { writeVerdict } from './verdict-file.ts';

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
  selection: { suites: [] },
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
  const { seal } = conformanceYaml(manifest, run, { signKey: mine.file });
  const forged = conformanceYaml(manifest, { ...run, environment: 'production' }).text;
  expect(checkConformance(written(forged), { seal }).problems.join()).toContain('another report');
  expect(checkConformance(written(forged), { publicKey: mine.publicKey }).problems).toEqual([
    'it is not signed',
  ]);
  const otherwise = conformanceYaml(manifest, run, { signKey: keys().file }).text;
  expect(checkConformance(written(otherwise), { publicKey: mine.publicKey }).problems).toEqual([
    'the signature is not of this seal and this key',
  ]);
});

test('a signed report is accepted by the public half of its key; a key of another kind is refused', () => {
  const { file, publicKey } = keys();
  const { text, seal } = conformanceYaml(manifest, run, { signKey: file });
  expect(checkConformance(written(text), { publicKey })).toEqual({ problems: [], seal, signed: true });
  expect(readFileSync(file, 'utf8')).not.toContain(text);
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  writeFileSync(file, rsa.export({ type: 'pkcs8', format: 'pem' }));
  expect(() => conformanceYaml(manifest, run, { signKey: file })).toThrow(/Ed25519/);
});

test('the header says what was selected, and only a whole profile from all clusters is complete', () => {
  const complete = (changes: Partial<RunManifest>) =>
    /^complete: (\w+)$/m.exec(conformanceYaml({ ...manifest, ...changes }, run).text)?.[1];
  expect(complete({})).toBe('true');
  expect(complete({ profile: 'core', callers: ['west', 'east'] })).toBe('true');
  expect(complete({ selection: { suites: ['dns'] } })).toBe('false');
  expect(complete({ selection: { suites: [], grep: 'ttl' } })).toBe('false');
  expect(complete({ callers: ['east'] })).toBe('false');
  // Who does not say what was asked for shows nothing about the whole.
  const { selection: _, ...silent } = manifest;
  expect(conformanceYaml(silent, run).text).toContain('complete: false');
  const partial = conformanceYaml({ ...manifest, selection: { suites: ['dns'], grep: 'ttl' } }, run).text;
  expect(partial).toMatch(/^ {2}suites:\n {4}- dns$/m);
  const claimed = partial.replace('complete: false', 'complete: true');
  expect(checkConformance(written(claimed), {}).problems.join()).toContain('edited: the header');
});

test('a report that was sealed again is held against the verdict beside it, and says when there is none', () => {
  const { seal } = conformanceYaml(manifest, run);
  const file = written(conformanceYaml(manifest, { ...run, environment: 'production' }).text);
  const output = dirname(file);
  const alone = checkReport(output, {});
  expect(alone.problems).toEqual([]);
  expect(alone.against).toContain('its own chain only');
  writeVerdict(reportFiles(output).verdict, { ...run, seal });
  const beside = checkReport(output, {});
  expect(beside.problems.join()).toContain('another report');
  expect(beside.against).toBe('the seal in verdict.json beside it');
  // Also when somebody gives the forged seal itself.
  expect(checkReport(output, { seal: alone.seal }).problems.join()).toContain('verdict.json beside it has');
  writeFileSync(file, conformanceYaml(manifest, run).text);
  expect(checkReport(output, {}).problems).toEqual([]);
});
