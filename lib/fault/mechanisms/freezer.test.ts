import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@playwright/test';
import { exec } from '../../support/exec.ts';
import { goOn, standsStill, switchScript } from './freezer.ts';
import { dockerThatSays } from './sample-docker.ts';

const host = 'unix:///nowhere.sock';
const ID = 'c0ffee';

/** A tree of cgroups as it stands under /sys/fs/cgroup. */
function cgroups(root: string, files: Record<string, string>) {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return (name: string) => readFileSync(join(root, name), 'utf8').trim();
}

test('a container that the engine unpauses is not touched otherwise', async ({}, info) => {
  using docker = dockerThatSays({}, info);
  expect(await goOn(host, 'n')).toBe(true);
  expect(docker.calls()).toEqual(['unpause n']);
});

test('whether it stands still is asked of the list, which answers while a container is locked', async ({}, info) => {
  {
    using _paused = dockerThatSays({ ps: `${ID} node Up 2 hours (Paused)` }, info);
    expect(await standsStill(host, 'n')).toBe(true);
  }
  using _running = dockerThatSays({ ps: `${ID} node Up 2 hours` }, info);
  expect(await standsStill(host, 'n')).toBe(false);
});

test('where the engine cannot, the kernel is told, in a helper that sees the whole machine', async ({}, info) => {
  using docker = dockerThatSays({ ps: `${ID} node Up 2 hours` }, info, ['unpause']);
  expect(await goOn(host, 'n')).toBe(true);
  const [helper = '', ...more] = docker.calls();
  expect(more).toEqual([]);
  expect(helper).toMatch(/^run --rm --user 0 --privileged --network none --cgroupns host .* node -c file=/);
  expect(helper).toContain(`*${ID}*/freezer.state`);
  expect(helper).toContain('THAWED');
});

test('an engine that takes it for paused for ever: frozen for moments that end by themselves, and said', async ({}, info) => {
  using docker = dockerThatSays({ ps: `${ID} node Up 2 hours (Paused)` }, info, ['unpause']);
  expect(await goOn(host, 'n')).toBe(false);
  const states = docker.calls().map((call) => (call.includes('echo "$on"') ? 'moment' : 'thaw'));
  expect(states).toEqual(['thaw', 'moment', 'thaw', 'moment', 'thaw', 'moment', 'thaw']);
  // Whoever dies in between: each ends thawed.
  for (const call of docker.calls()) expect(call).toMatch(/echo "\$off" > "\$file"$/);
});

test('a container that is not there is no error', async ({}, info) => {
  using docker = dockerThatSays({ ps: '' }, info, ['unpause']);
  expect(await goOn(host, 'n')).toBe(false);
  expect(docker.calls()).toEqual([]);
});

for (const [where, file, frozen, thawed] of [
  ['cgroup v1, cgroupfs', `freezer/docker/${ID}/freezer.state`, 'FROZEN', 'THAWED'],
  ['cgroup v1, systemd', `freezer/system.slice/docker-${ID}.scope/freezer.state`, 'FROZEN', 'THAWED'],
  ['cgroup v2, systemd', `system.slice/docker-${ID}.scope/cgroup.freeze`, '1', '0'],
] as const) {
  test(`the switch is found, and it alone is turned: ${where}`, async ({}, info) => {
    const root = info.outputPath('cgroup');
    const inner = join(dirname(file), 'kubelet', file.split('/').at(-1) ?? '');
    const others = { [inner]: 'inner', [file.replace(ID, 'abcdef')]: 'other' };
    const read = cgroups(root, { [file]: 'x', ...others });
    const moment = exec('sh', ['-c', switchScript(ID, 'freeze for a moment', root)]);
    await expect.poll(() => read(file), { intervals: [50] }).toBe(frozen);
    await moment;
    expect(read(file)).toBe(thawed);
    writeFileSync(join(root, file), frozen);
    await exec('sh', ['-c', switchScript(ID, 'thaw', root)]);
    expect(read(file)).toBe(thawed);
    for (const [name, text] of Object.entries(others)) expect(read(name)).toBe(text);
  });
}

test('on a machine with both versions only the first is turned: nobody would thaw the second', async ({}, info) => {
  const root = info.outputPath('cgroup');
  const both = {
    [`freezer/docker/${ID}/freezer.state`]: 'THAWED',
    [`unified/docker/${ID}/cgroup.freeze`]: '0',
  };
  const read = cgroups(root, both);
  const moment = exec('sh', ['-c', switchScript(ID, 'freeze for a moment', root)]);
  await expect.poll(() => read(`freezer/docker/${ID}/freezer.state`), { intervals: [50] }).toBe('FROZEN');
  expect(read(`unified/docker/${ID}/cgroup.freeze`)).toBe('0');
  await moment;
});
