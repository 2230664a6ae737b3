import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { isBeingStarted, makersOf } from './makers.ts';

test('only what makes or watches this very cluster is found', ({}, info) => {
  const proc = info.outputPath('proc');
  const process = (pid: string, ...command: string[]) => {
    mkdirSync(join(proc, pid), { recursive: true });
    writeFileSync(join(proc, pid, 'cmdline'), `${command.join('\0')}\0`);
  };
  process('10', '/tools/kind', 'create', 'cluster', '--name', 'lab-guest', '--config', 'x');
  process('11', '/tools/kind', 'create', 'cluster', '--name', 'lab-guest-2');
  process('12', '/tools/kind', 'delete', 'cluster', '--name', 'lab-guest');
  process('13', 'vi', 'create', 'cluster', '--name', 'lab-guest');
  process('14', '/usr/bin/docker', 'events', '--filter', 'label=io.x-k8s.kind.cluster=lab-guest');
  process('15', 'docker', 'ps', '--filter', 'label=io.x-k8s.kind.cluster=lab-guest');
  process('self', '/tools/kind', 'create', 'cluster', '--name', 'lab-guest');
  expect(makersOf('lab-guest', proc)).toEqual([10, 14]);
  expect(isBeingStarted('lab-guest', proc)).toBe(false);
  process('16', 'docker', 'run', '--name', 'n', '--label', 'io.x-k8s.kind.cluster=lab-guest', 'image');
  expect(isBeingStarted('lab-guest', proc)).toBe(true);
  expect(isBeingStarted('lab', proc)).toBe(false);
});

test('a machine without /proc has none', () => {
  expect(makersOf('lab-guest', '/nonexistent')).toEqual([]);
});
