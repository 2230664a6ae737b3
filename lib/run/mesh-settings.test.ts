import { writeFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { fakeLab } from '../../selftests/fake-lab.ts';
import { silentLog } from '../support/log.ts';
import { readValues, settingsOf } from './mesh-settings.ts';

const options = { log: silentLog, signal: new AbortController().signal };

test('what is installed needs nothing, by either name', async () => {
  const lab = fakeLab();
  expect(await settingsOf({ kind: 'current' }, lab, options)).toEqual({});
  expect(await settingsOf({ kind: 'version', version: lab.mesh.version }, lab, options)).toEqual({});
});

test('clusters that are not ours fetch an image themselves, and get none built', async () => {
  const { environment, ...lab } = fakeLab();
  const adopted = {
    ...lab,
    environment: {
      ...environment,
      provider: { kind: 'kubeconfig', contexts: [], disruption: 'never' } as never,
    },
  };
  expect(await settingsOf({ kind: 'proxy-image', image: 'a/b:c' }, adopted, options)).toEqual({
    proxyImage: 'a/b:c',
  });
  await expect(settingsOf({ kind: 'envoy', version: '1.40.0' }, adopted, options)).rejects.toThrow(
    /builds no images/,
  );
  await expect(settingsOf({ kind: 'version', version: '9.9.9' }, adopted, options)).rejects.toThrow(
    expect.objectContaining({ kind: 'usage', message: expect.stringContaining('gets no 9.9.9') }),
  );
});

test('values are read and checked by the driver', async ({}, info) => {
  const file = info.outputPath('values.yaml');
  writeFileSync(file, 'pilot:\n  env: { A: "1" }\n');
  const document = { pilot: { env: { A: '1' } } };
  expect(await settingsOf({ kind: 'values', file }, fakeLab(), options)).toEqual({
    values: { file, document },
  });
  writeFileSync(file, 'kind: ConfigMap\n');
  await expect(settingsOf({ kind: 'values', file }, fakeLab(), options)).rejects.toThrow(/it is a ConfigMap/);
});

for (const [text, why, line] of [
  ['a: [', /not valid YAML/, 1],
  ['- a\n', /a mapping/, undefined],
  ['', /a mapping/, undefined],
] as const) {
  test(`a file with '${text.trim()}' is no file of values`, ({}, info) => {
    const file = info.outputPath('values.yaml');
    writeFileSync(file, text);
    expect(() => readValues(file)).toThrow(
      expect.objectContaining({
        kind: 'usage',
        message: expect.stringMatching(why),
        at: { file, ...(line ? { line: expect.any(Number) } : {}) },
      }),
    );
  });
}

test('a file that is not there is a mistake of the user', () => {
  expect(() => readValues('/nonexistent.yaml')).toThrow(/cannot read the values file/);
});
