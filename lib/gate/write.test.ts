import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { sampleTest } from '../report/sample-run.ts';
import { decideGate } from './decision.ts';
import { gateJsonSchema, readGate } from './gate-file.ts';
import { sampleBeforeAfter, sampleComparison, sampleDropped, sampleEvidence, samplePath } from './sample.ts';
import { writeGate } from './write.ts';

const NOON = Date.parse('2026-03-10T12:00:00Z');

/** A candidate with something of everything. */
function bad() {
  const { to, ...rest } = sampleEvidence();
  const broken = sampleTest('failed', {
    id: 'mtls/plain: is <b>refused</b>',
    capability: 'mtls',
    reason: 'a | b',
  });
  const disturbed = sampleComparison(
    [
      ...samplePath('same-zone http'),
      ...samplePath('cross-cluster http', (metric) => (metric === 'p99' ? { ratio: 1.9 } : {})),
    ],
    2,
    (rounds) => {
      for (const { number, to } of rounds)
        if (number === 2) to.conditions = { latenessP99Ms: 31, stolenShare: 0 };
    },
  );
  return decideGate(
    {
      ...rest,
      to: {
        ...to,
        conformance: to.conformance && { ...to.conformance, tests: [...to.conformance.tests, broken] },
      },
      traffic: {
        phases: [
          { phase: 'upgrade', calls: 24_000, ended: [] },
          { phase: 'rollback', calls: 12_000, ended: [] },
        ],
        dropped: Array.from({ length: 60 }, (_, index) =>
          sampleDropped({ at: new Date(Date.parse('2026-01-01T00:10:00Z') + index * 130).toISOString() }),
        ),
      },
      comparison: disturbed,
      waivers: [
        { match: 'no such thing', reason: 'was mended long ago', owner: 'team x', expires: '2026-12-31' },
        {
          match: '60 calls were lost',
          reason: 'drain of the old proxy',
          owner: 'team mesh',
          expires: '2026-01-31',
        },
      ],
    },
    NOON,
  );
}

test('gate.json is what was decided, and reads back the same', ({}, info) => {
  for (const result of [
    bad(),
    decideGate(sampleEvidence(), NOON),
    decideGate(sampleEvidence({ comparison: undefined, traffic: undefined }), NOON),
  ]) {
    const { json } = writeGate(info.outputPath(result.decision), result);
    expect(readGate(json)).toEqual(result);
  }
});

test('a result that is none is not read', ({}, info) => {
  const file = info.outputPath('gate.json');
  expect(() => readGate(file)).toThrow(/no readable gate result/);
  writeFileSync(file, JSON.stringify({ ...bad(), decision: 'MAYBE' }));
  expect(() => readGate(file)).toThrow(/MAYBE|decision/);
});

test('the published schema has every field', () => {
  const schema = JSON.parse(gateJsonSchema()) as { required: string[]; additionalProperties: boolean };
  expect(schema.additionalProperties).toBe(false);
  expect(schema.required.toSorted()).toEqual(Object.keys(bad()).toSorted());
});

test('the comment says what decided, what changed, who waived, and how to do it again', ({}, info) => {
  const text = readFileSync(writeGate(info.outputPath('out'), bad()).markdown, 'utf8');
  expect(text).toContain('## ❌ NO-GO: proxy 1.39.0 → proxy 1.40.0');
  expect(text).toContain(
    '1. mtls/plain: is &lt;b>refused&lt;/b> failed on the candidate (not run before): a \\| b',
  );
  expect(text).toMatch(
    /2\. 60 calls were lost .* \(its waiver expired on 2026-01-31: drain of the old proxy, team mesh\)/,
  );
  expect(text).toMatch(/3\. p99 cross-cluster http: .* margin \+/);
  expect(text).toContain('### Lost calls: the first 10 of 60');
  expect(text).toContain('| unused | nothing contains "no such thing" |');
  expect(text).toContain('round 2 (probes of the candidate were late: p99 31.0 ms, limit 10 ms)');
  expect(text).toContain('| envoy | 1.39.0 | 1.40.0 |');
  expect(text).toContain('meshproof gate --from proxy=1.39.0 --to proxy=1.40.0 --seed 7');
  // As long as GitHub takes it.
  expect(text.length).toBeLessThan(65_536);
});

test('the page is one file, with the picture, and texts stay texts', ({}, info) => {
  const page = readFileSync(writeGate(info.outputPath('out'), bad()).page, 'utf8');
  expect(page).toContain('<svg role="img" aria-label="Candidate against current: failed"');
  expect(page).toContain('is &lt;b&gt;refused&lt;/b&gt;');
  expect(page).toContain('all are in gate.json');
  expect(page).not.toMatch(/(src|href)="http/);
  expect(page.match(/<tr><td>00:10:/g)).toHaveLength(50);
  expect(page).toContain('p99 cross-cluster http');
});

test('every word of a decision that was GO stands in the page', ({}, info) => {
  const { page } = writeGate(info.outputPath('out'), decideGate(sampleEvidence(), NOON));
  const text = readFileSync(page, 'utf8');
  for (const words of ['>GO<', '3 promises are kept', 'none of 36,000 calls was lost', '3 are as before'])
    expect(text).toContain(words);
  expect(readFileSync(join(page, '..', 'gate.md'), 'utf8')).toContain('## ✅ GO:');
});

test('a comparison before and after says in every report that drift is not cancelled out, and what drifted', ({}, info) => {
  for (const drift of [1, 9]) {
    const comparison = sampleBeforeAfter(samplePath('in-cluster http'), drift);
    const result = decideGate(sampleEvidence({ comparison }), NOON);
    expect(result.decision).toBe(drift === 1 ? 'GO' : 'INCONCLUSIVE');
    const { json, page, markdown } = writeGate(info.outputPath(String(drift)), result);
    expect(readGate(json)).toEqual(result);
    for (const file of [json, page, markdown])
      expect(readFileSync(file, 'utf8'), file).toContain('Drift of the machine is not cancelled out');
    for (const file of [page, markdown])
      expect(readFileSync(file, 'utf8'), file).toContain(
        drift === 1
          ? 'No metric of what runs now was shown to drift'
          : 'What runs now drifted by more than the margin: p50 in-cluster http +',
      );
    expect(
      result.decidedBy
        .map(({ words }) => words)
        .join()
        .includes('drifted by more than'),
    ).toBe(drift > 1);
  }
});
