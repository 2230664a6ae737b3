import { expect, test } from '@playwright/test';
import { VERDICTS } from '../model/verdict.ts';
import {
  type AllureResult,
  allureResult,
  isRewritten,
  metricsOf,
  resultWithoutRun,
  rewriteResult,
  testIdOf,
} from './rewrite-results.ts';
import { sampleRun, sampleTest } from './sample-run.ts';

/** As allure-playwright 3.12 writes it. */
function rawResult(changes: Record<string, unknown> = {}): AllureResult {
  return allureResult.parse({
    uuid: 'u-1',
    name: 'breaks',
    fullName: 'suites/dns/cluster-ip.spec.ts › group › breaks',
    historyId: 'old',
    status: 'failed',
    statusDetails: { message: 'Error: [failed] silent', trace: 'Error: [failed] silent\n    at x.ts:1' },
    labels: [
      { name: 'parentSuite', value: 'conformance' },
      { name: 'tag', value: 'disruptive' },
    ],
    parameters: [{ name: 'Project', value: 'conformance' }],
    links: [],
    ...changes,
  });
}
const options = { environment: 'lab' };

test('finds the test by the name that Allure gives it', () => {
  expect(testIdOf(rawResult())).toBe('dns/cluster-ip: group › breaks');
});

test('each verdict has its status in Allure, and the exact one as label', () => {
  const statuses = VERDICTS.map((verdict) => {
    const result = rewriteResult(rawResult(), sampleTest(verdict), options);
    expect(result.labels).toContainEqual({ name: 'verdict', value: verdict });
    return [verdict, result.status, result.statusDetails?.message];
  });
  expect(statuses).toEqual([
    ['passed', 'passed', undefined],
    ['failed', 'failed', 'because it is failed'],
    ['inconclusive', 'broken', 'because it is inconclusive'],
    ['not-applicable', 'skipped', 'because it is not-applicable'],
    ['broken', 'broken', 'because it is broken'],
  ]);
});

test('a stack is kept only where Meshproof or its environment broke', () => {
  expect(rewriteResult(rawResult(), sampleTest('failed'), options).statusDetails).not.toHaveProperty('trace');
  expect(rewriteResult(rawResult(), sampleTest('broken'), options).statusDetails?.trace).toContain(
    'at x.ts:1',
  );
});

test('the tree is by capability and file, and tags stay', () => {
  const { labels } = rewriteResult(
    rawResult(),
    sampleTest('failed', { id: 'failover/node-kill: breaks', capability: 'failover' }),
    options,
  );
  expect(labels).toEqual([
    { name: 'tag', value: 'disruptive' },
    { name: 'verdict', value: 'failed' },
    { name: 'epic', value: 'failover' },
    { name: 'feature', value: 'node kill' },
    { name: 'story', value: 'is failed' },
  ]);
});

test('the history of a test survives a renamed project and a moved checkout, and is kept by environment', () => {
  const here = rewriteResult(rawResult(), sampleTest('failed'), options)['historyId'];
  const moved = rawResult({
    fullName: 'elsewhere/suites/dns/cluster-ip.spec.ts › group › breaks',
    parameters: [],
  });
  expect(rewriteResult(moved, sampleTest('failed', { figures: { aMs: 1 } }), options)['historyId']).toBe(
    here,
  );
  expect(rewriteResult(rawResult(), sampleTest('failed'), { environment: 'other' })['historyId']).not.toBe(
    here,
  );
});

test('figures are shown, and do not enter the identity', () => {
  const { parameters } = rewriteResult(
    rawResult(),
    sampleTest('passed', { figures: { failoverMs: 812 } }),
    options,
  );
  expect(parameters).toEqual([{ name: 'failover', value: '812 ms', excluded: true }]);
});

test('steps lose their marks, empty hooks go, and evidence stays where it was attached', () => {
  const evidence = { name: 'recording', source: 'r.json', type: 'application/json' };
  const steps = [
    { name: 'Before Hooks', status: 'passed' },
    {
      name: 'calls',
      status: 'failed',
      statusDetails: { message: 'Error: [inconclusive] late' },
      steps: [{ name: 'inner', status: 'failed', statusDetails: { message: 'TypeError: x' } }],
    },
    { name: 'recording', attachments: [evidence] },
    {
      name: 'error-context',
      attachments: [{ name: 'error-context', source: 'e.md', type: 'text/markdown' }],
    },
    { name: 'After Hooks', status: 'failed', statusDetails: { message: 'Error: [broken] revert hung' } },
  ];
  const result = rewriteResult(rawResult({ steps }), sampleTest('inconclusive'), options);
  expect(result.steps).toMatchObject([
    {
      name: 'calls',
      status: 'broken',
      statusDetails: { message: 'late' },
      steps: [{ status: 'broken', statusDetails: { message: 'x' } }],
    },
    { name: 'recording', status: 'passed', attachments: [evidence] },
    { name: 'After Hooks', status: 'broken', statusDetails: { message: 'revert hung' } },
  ]);
});

test('a picture from deep inside is on the page of its test', () => {
  const picture = { name: 'a <timeline>', source: 't.svg', type: 'image/svg+xml' };
  const steps = [{ name: 'recovers', steps: [{ name: 'attach', attachments: [picture] }] }];
  const readPicture = (source: string) => (source === 't.svg' ? Buffer.from('<svg/>') : undefined);
  const result = rewriteResult(rawResult({ steps }), sampleTest('passed'), { ...options, readPicture });
  expect(result.attachments).toEqual([picture]);
  expect(result['descriptionHtml']).toContain('alt="a &lt;timeline&gt;"');
  expect(result['descriptionHtml']).toContain(
    `data:image/svg+xml;base64,${Buffer.from('<svg/>').toString('base64')}`,
  );
});

test('a test that never ran gets a result of its own, which is found again', () => {
  const run = sampleRun([sampleTest('broken', { reason: 'did not run' })]);
  const [unrun = sampleTest('broken')] = run.tests;
  const result = resultWithoutRun(unrun, run);
  expect(result).toMatchObject({
    status: 'broken',
    statusDetails: { message: 'did not run' },
    fullName: unrun.id,
  });
  expect(isRewritten(result)).toBe(true);
  expect(isRewritten(rawResult())).toBe(false);
});

test('each figure is a metric with a key of its own', () => {
  const run = sampleRun([
    sampleTest('passed', { id: 'failover/node-kill: x', figures: { failoverMs: 812, aMs: 1 } }),
  ]);
  expect(metricsOf(run)).toMatchObject([
    { key: 'failover/node-kill.failoverMs', value: 812, title: 'is passed: failover' },
    { key: 'failover/node-kill.aMs', value: 1 },
  ]);
});
