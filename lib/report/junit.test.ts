import { expect, test } from '@playwright/test';
import { VERDICTS } from '../model/verdict.ts';
import { escapeXml, junitXml } from './junit.ts';
import { sampleRun, sampleTest } from './sample-run.ts';

test('each verdict has its element, and only passes have none', () => {
  const xml = junitXml(sampleRun(VERDICTS.map((verdict) => sampleTest(verdict))));
  const element = (verdict: string) => xml.split(`name="is ${verdict}"`)[1]?.split('</testcase>')[0] ?? '';
  expect(element('passed')).not.toMatch(/<(failure|error|skipped)/);
  expect(element('failed')).toContain(
    '<failure message="because it is failed" type="failed">because it is failed<',
  );
  expect(element('broken')).toContain('<error message="because it is broken" type="broken">');
  expect(element('inconclusive')).toContain(
    '<error message="because it is inconclusive" type="inconclusive">',
  );
  expect(element('not-applicable')).toContain('<skipped message="because it is not-applicable"/>');
});

test('totals count inconclusive and broken as errors', () => {
  const xml = junitXml(sampleRun(VERDICTS.map((verdict) => sampleTest(verdict))));
  expect(xml).toContain(
    '<testsuites name="meshproof lab" tests="5" failures="1" errors="2" skipped="1" time="6.175">',
  );
});

test('a suite for each capability, with class names that tools fold', () => {
  const xml = junitXml(
    sampleRun([
      sampleTest('passed', { id: 'mtls/plaintext: a', capability: 'mtls' }),
      sampleTest('passed', { id: 'dns/x: b' }),
    ]),
  );
  expect([...xml.matchAll(/<testsuite name="(\w+)"/g)].map((match) => match[1])).toEqual(['dns', 'mtls']);
  expect(xml).toContain('classname="mtls.plaintext"');
});

test('figures and versions are properties', () => {
  const xml = junitXml(sampleRun([sampleTest('passed', { figures: { failoverMs: 812.5 } })]));
  expect(xml).toContain('<property name="failoverMs" value="812.5"/>');
  expect(xml).toContain('<property name="istio" value="1.31.0"/>');
});

test('hostile text stays text, and the file well-formed', () => {
  const reason = '</error><x a="1"> & \u0000\u001b[31m \uD800 ]]> \u{1F4A5}\nsecond';
  const xml = junitXml(
    sampleRun([sampleTest('broken', { reason, title: `"<&'\n` }), sampleTest('not-applicable', { reason })]),
  );
  expect(xml).toContain(
    '&lt;/error&gt;&lt;x a=&quot;1&quot;&gt; &amp; \uFFFD\uFFFD[31m \uFFFD ]]&gt; \u{1F4A5}\nsecond',
  );
  expect(xml).toContain('name="&quot;&lt;&amp;\'&#10;"');
  expect(openElements(xml)).toEqual([]);
});

test('escapes what XML 1.0 forbids and keeps what it allows', () => {
  expect(escapeXml('a\tb\u000bc\uFFFEd')).toBe('a\tb\uFFFDc\uFFFDd');
});

test('a run without tests is still a document', () => {
  expect(junitXml(sampleRun([]))).toMatch(/^<\?xml[^>]*\?>\n<testsuites [^>]*>\n<\/testsuites>\n$/);
});

/** Names of the elements that are not closed in order. */
function openElements(xml: string): string[] {
  const open: string[] = [];
  for (const [, end, name, self] of xml.matchAll(/<(\/?)([a-z]+)[^<>]*?(\/?)>/g)) {
    if (end === '/' && open.at(-1) === name) open.pop();
    else if (end === '/') open.push(`unexpected ${name}`);
    else if (self !== '/') open.push(name ?? '');
  }
  return open;
}
