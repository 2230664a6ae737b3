import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { exec } from '../../support/exec.ts';
import { parseCgroups, parseSummary, READ_CGROUPS } from './usage-source.ts';

/** A tree as the kernel shows it; the script is run over it by a shell of this machine. */
async function read(files: Record<string, string>, ids: string[]) {
  const root = mkdtempSync(join(tmpdir(), 'meshproof-cgroup-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const { stdout } = await exec('sh', ['-c', READ_CGROUPS, 'sh', ...ids], { env: { CGROUPS: root } });
  return parseCgroups(stdout);
}

const SLICE = 'kubepods.slice/kubepods-burstable-podaa.slice';

test('reads cgroup v1, where processors and memory have trees of their own', async () => {
  const [one, ...more] = await read(
    {
      [`cpuacct/${SLICE}/cri-containerd-abc123.scope/cpuacct.usage`]: '1809674428\n',
      [`memory/${SLICE}/cri-containerd-abc123.scope/memory.stat`]: 'cache 9\nrss 7\ntotal_rss 27811840\n',
    },
    ['abc123'],
  );
  expect(more).toEqual([]);
  expect(one).toMatchObject({ id: 'abc123', cpuMs: 1809.674428, residentBytes: 27_811_840 });
  expect(Math.abs((one?.at ?? 0) - Date.now())).toBeLessThan(60_000);
});

test('reads cgroup v2, and leaves out who is gone', async () => {
  const found = await read(
    {
      [`${SLICE}/crio-abc123.scope/cpu.stat`]: 'usage_usec 1500000\nuser_usec 1\n',
      [`${SLICE}/crio-abc123.scope/memory.stat`]: 'anon 4096\nfile 99\n',
    },
    ['gone', 'abc123'],
  );
  expect(found).toMatchObject([{ id: 'abc123', cpuMs: 1500, residentBytes: 4096 }]);
});

test("reads a kubelet's summary with the time that its figures have", () => {
  const summary = {
    pods: [
      {
        podRef: { name: 'cart-1', namespace: 'shop' },
        containers: [
          { name: 'agent', cpu: { time: '2026-11-22T17:49:54Z', usageCoreNanoSeconds: 1 }, memory: {} },
          {
            name: 'istio-proxy',
            cpu: { time: '2026-11-22T17:49:54Z', usageCoreNanoSeconds: 2_000_000 },
            memory: { rssBytes: 27_811_840 },
          },
        ],
      },
    ],
  };
  const wanted = (pod: string, container: string) => ({ id: pod, pod, namespace: 'shop', container });
  const read = (...all: ReturnType<typeof wanted>[]) => parseSummary(JSON.stringify(summary), all, 'it');
  expect(read(wanted('cart-1', 'istio-proxy'), wanted('gone', 'istio-proxy'))).toEqual([
    { id: 'cart-1', at: Date.parse('2026-11-22T17:49:54Z'), cpuMs: 2, residentBytes: 27_811_840 },
  ]);
  // Without its memory a reading is none.
  expect(read(wanted('cart-1', 'agent'))).toEqual([]);
  expect(() => parseSummary('Forbidden', [], 'stats of worker')).toThrow('stats of worker is no JSON');
});
