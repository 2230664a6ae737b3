import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { checkDigests, readDigests, writeDigests } from './digests.ts';

const one = `sha256:${'1'.repeat(64)}`;
const two = `sha256:${'2'.repeat(64)}`;

test('digests are recorded at first sight, and kept', async () => {
  const file = join(test.info().outputPath(), 'cache', 'digests.json');
  expect(await readDigests(file)).toEqual({});
  await writeDigests(file, checkDigests(await readDigests(file), { 'b:1': one }, file));
  await writeDigests(file, checkDigests(await readDigests(file), { 'a:1': two, 'b:1': one }, file));
  expect(await readDigests(file)).toEqual({ 'a:1': two, 'b:1': one });
});

test('an image that changed is refused, with both digests and the remedy', () => {
  const check = () => checkDigests({ 'grafana/k6:1': one }, { 'grafana/k6:1': two }, '/cache/digests.json');
  expect(check).toThrow(/grafana\/k6:1 .*digest is sha256:2222.*recorded is sha256:1111/s);
  try {
    check();
  } catch (error) {
    expect(error).toMatchObject({
      kind: 'environment',
      nextStep: expect.stringContaining('/cache/digests.json'),
    });
  }
});

test('a damaged book is an error, not an empty book', async () => {
  const file = join(test.info().outputPath(), 'digests.json');
  await writeFile(file, '{"a": "latest"}');
  await expect(readDigests(file)).rejects.toThrow('does not hold image digests');
});
