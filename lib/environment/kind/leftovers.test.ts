import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { env } from 'node:process';
import { expect, type TestInfo, test } from '@playwright/test';
import { deleteCluster } from './leftovers.ts';

/** A `docker` that lists one container until `rm` has been called `removals` times; before that it knows of none. */
function dockerThatRemovesAt(removals: number, info: TestInfo): { calls: string; engine: object } {
  const dir = info.outputPath('');
  const calls = join(dir, 'calls');
  const script = `#!/bin/sh
if [ "$1" = ps ]; then
  [ "$(cat '${calls}' 2>/dev/null | wc -l)" -ge ${removals} ] || echo lab-guest-control-plane
else
  echo "$@" >> '${calls}'
  [ "$(wc -l < '${calls}')" -ge ${removals} ] || { echo "No such container: $4" >&2; exit 1; }
fi`;
  writeFileSync(join(dir, 'docker'), script);
  chmodSync(join(dir, 'docker'), 0o755);
  return { calls, engine: { env: { PATH: `${dir}${delimiter}${env['PATH']}` } } };
}

test('a container that is listed while it is still being made is removed once it can be', async ({}, info) => {
  const { calls, engine } = dockerThatRemovesAt(2, info);
  await deleteCluster(engine as never, 'lab-guest');
  expect(readFileSync(calls, 'utf8').trim().split('\n')).toEqual([
    'rm --force --volumes lab-guest-control-plane',
    'rm --force --volumes lab-guest-control-plane',
  ]);
});

test('one that stays is named, with what Docker said and the command to try', async ({}, info) => {
  const { engine } = dockerThatRemovesAt(99, info);
  await expect(deleteCluster(engine as never, 'lab-guest', 100)).rejects.toMatchObject({
    message: expect.stringMatching(/still there: lab-guest-control-plane\nNo such container/),
    nextStep: 'docker rm --force --volumes lab-guest-control-plane',
  });
});

test('a cluster without containers needs no removal', async ({}, info) => {
  const { calls, engine } = dockerThatRemovesAt(0, info);
  await deleteCluster(engine as never, 'lab-guest');
  expect(existsSync(calls)).toBe(false);
});
