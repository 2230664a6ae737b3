import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { kindNodeDir, readPins } from './pins.ts';
import { splitRef } from './refs.ts';
import { goBuildFlags } from './source/go.ts';

const pins = readPins();

for (const [name, pin] of Object.entries(pins.modules)) {
  test(`the module file of ${name} builds the pinned version, with committed sums`, () => {
    const folder = join(kindNodeDir, 'modules', name);
    expect(readFileSync(join(folder, 'go.mod'), 'utf8')).toContain(`${pin.path} ${pin.version}`);
    expect(readFileSync(join(folder, 'go.sum'), 'utf8')).toContain(`${pin.path} ${pin.version} h1:`);
  });
}

test('a binary is stamped with the version that it is, never with a release that it is not', () => {
  for (const pin of Object.values(pins.modules)) {
    const stamps = Object.entries(pin.stamp).filter(([name]) => /(git|build|\b)Version$/i.test(name));
    const commit = pin.version.split('-').at(-1) ?? '';
    for (const [, value] of stamps)
      expect(value).toContain(pin.version.startsWith('v0.0.0-') ? commit : pin.version);
  }
  expect(goBuildFlags(pins.modules.containerd)).toContain('no_btrfs,no_devmapper,no_zfs,no_aufs');
});

test("istio's two images have one version", () => {
  expect(splitRef(pins.registry.pilot).tag).toBe(splitRef(pins.registry.proxyv2).tag);
});
