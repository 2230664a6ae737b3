import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { readWaivers } from './waivers-file.ts';

function file(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'waivers-')), 'waivers.yaml');
  writeFileSync(path, text);
  return path;
}

const waiver = `
  - match: p99 cross-cluster
    reason: the new cipher costs that much
    owner: mesh team
    expires: 2026-12-24
`;

test('a file of waivers is read', () => {
  expect(readWaivers(file(`waivers:${waiver}`))).toEqual([
    {
      match: 'p99 cross-cluster',
      reason: 'the new cipher costs that much',
      owner: 'mesh team',
      expires: '2026-12-24',
    },
  ]);
});

test('a waiver without an owner or an end, a typo, and no file at all are refused with line and remedy', () => {
  const refused = (text: string, what: RegExp) => expect(() => readWaivers(file(text))).toThrow(what);
  refused(`waivers:${waiver.replace('    owner: mesh team\n', '')}`, /owner: is missing/);
  refused(`waivers:${waiver.replace('2026-12-24', 'never')}`, /expires/);
  refused(`waivers:${waiver.replace('reason', 'raeson')}`, /raeson/);
  expect(() => readWaivers('/none/waivers.yaml')).toThrow(/cannot read the file of waivers/);
});
