import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { fakeLab } from '../../selftests/fake-lab.ts';
import { writeEvidence } from './evidence.ts';
import { resultOf } from './result.ts';
import { pairClocks } from './timing.ts';
import { SAMPLE, sampleFault, sampleRecording, sampleScenario, sampleSurroundings } from './sample.ts';

test('the evidence is one page that needs nothing else, and files whose hashes show every edit', ({}, info) => {
  const file = info.outputPath('given.yaml');
  writeFileSync(file, SAMPLE);
  const result = resultOf({
    loaded: { file, scenario: { ...sampleScenario(), title: 'A <b>bold</b> title' } },
    lab: fakeLab(),
    run: 'run-1',
    startedAt: 0,
    rehearse: false,
    events: [{ at: 1_000_000, kind: 'observation', text: 'the dashboard & the pager were silent' }],
    faults: [sampleFault(10, 20, { around: { shop: sampleSurroundings() } })],
    recordings: new Map([['shop', sampleRecording(() => ({}))]]),
    clocks: pairClocks([{ cluster: 'east', node: 'node-a', offsetMs: -1.25, uncertaintyMs: 2.5 }], []),
    gateways: undefined,
    troubles: [],
    aborted: undefined,
    stolen: undefined,
  });
  const folder = info.outputPath('evidence');
  const { page, seal } = writeEvidence(folder, result);
  const html = readFileSync(page, 'utf8');
  expect(html).toContain('<svg role="img"');
  expect(html).toContain('the dashboard &amp; the pager were silent');
  expect(html).toContain('A &lt;b&gt;bold&lt;/b&gt; title');
  // The planes, what live timers let expect, and how exactly all of it is known.
  expect(html).toContain('<td>data plane</td><td>shop</td><td>no call lost</td>');
  expect(html).toContain('1.4\u00a0s, ');
  expect(html).toContain('2 of 3 endpoints are lost');
  expect(html).toContain('<td>node-a</td><td>−1.3\u00a0ms\u00a0±\u00a02.5\u00a0ms</td><td>not read</td>');
  expect(html).toContain('±\u00a021\u00a0ms');
  expect(html).not.toMatch(/(src|href)="http/);
  expect(seal).toMatch(/^[0-9a-f]{64}$/);
  const check = () =>
    execFileSync('sha256sum', ['--check', '--quiet', 'SHA256SUMS'], { cwd: folder, stdio: 'pipe' });
  check();
  appendFileSync(join(folder, 'result.json'), ' ');
  expect(check).toThrow(/did NOT match/);
});
