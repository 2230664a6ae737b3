import { expect, test } from '@playwright/test';
import { MeshproofError } from '../support/errors.ts';
import { loadScenario, parseScenario, shippedScenarios } from './load.ts';
import { SAMPLE } from './sample.ts';

for (const name of shippedScenarios()) {
  test(`the scenario ${name} is one, and has the name of its file`, () => {
    expect(loadScenario(name).scenario.name).toBe(name);
  });
}

for (const [what, change, says, line] of [
  ['an unknown key', ['hypothesis:', 'hypotesis:'], 'hypotesis: unknown key', 4],
  ['an unknown fault', ['kind: link-partition', 'kind: node-melt'], 'steps.0.inject.kind', 9],
  ['a parameter that is missing', [', to: east', ''], 'steps.0.inject.to: is missing', 9],
  [
    'a parameter of another fault',
    ['to: east', 'to: east, percent: 3'],
    'steps.0.inject.percent: unknown key',
    9,
  ],
  ['a duration without a unit', ['for: 10s', 'for: 10'], 'steps.0.for', 10],
  [
    'a revert of nothing',
    ['    for: 10s', '    for: 10s\n  - revert: link-partition'],
    'nothing of the name link-partition',
    11,
  ],
  [
    'a probe that is there twice',
    ['targets:', '  - { name: shop, from: east, steady: { errorRatio: 0, p99: 1s } }\ntargets:'],
    'shop is there twice',
    7,
  ],
  [
    'a condition on no probe',
    ['steps:', 'abort: [{ errorRatio: 0.5, over: 5s, probe: cart }]\nsteps:'],
    'there is no probe cart',
    8,
  ],
  [
    'changes at a rate that a mesh would feel',
    ['from: west,', 'from: west, plane: control, rate: 50,'],
    'a probe of control has 2 a second at most',
    6,
  ],
  [
    'changes of a probe that makes none',
    ['from: west,', 'from: west, changesIn: east,'],
    'changesIn: is of the plane control only',
    6,
  ],
  ['broken YAML', ['title: Something', 'title: [Something'], 'not valid YAML', undefined],
] as const) {
  test(`${what} is refused, with its line and what to do`, () => {
    const text = SAMPLE.replace(change[0], change[1]);
    expect(text).not.toBe(SAMPLE);
    let error: unknown;
    try {
      parseScenario(text, 'sample.yaml');
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(MeshproofError);
    const { kind, message, at, nextStep } = error as MeshproofError;
    expect(kind).toBe('usage');
    expect(message).toContain(says);
    expect(at?.file).toBe('sample.yaml');
    if (line !== undefined) expect(at?.line).toBe(line);
    expect(nextStep).not.toBe('');
  });
}

test('a scenario that is not there is a usage error that lists those that are', () => {
  expect(() => loadScenario('no-such-scenario')).toThrow(/cannot read the scenario/);
});

test('a probe that names no rate has that of its plane', () => {
  const rateOf = (plane: string) =>
    parseScenario(SAMPLE.replace('from: west,', `from: west, plane: ${plane},`), 'sample.yaml').probes[0]
      ?.rate;
  expect(['data', 'dns', 'api', 'control', 'certificates'].map(rateOf)).toEqual([50, 50, 50, 0.5, 1]);
});
